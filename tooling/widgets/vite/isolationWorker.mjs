import { readFileSync } from 'node:fs';

/** The Vite plug-in that puts the service worker of `isolation.ts` beside the page. */
export function isolationWorker() {
  return {
    name: 'relumine:isolation-worker',
    apply: 'build',
    generateBundle() {
      if (this.environment && this.environment.name !== 'client') return;
      const source = readFileSync(new URL('./isolation-worker.js', import.meta.url), 'utf8');
      this.emitFile({ type: 'asset', fileName: 'isolation-worker.js', source });
    },
  };
}

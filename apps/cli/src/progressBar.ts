import type { Output } from './terminal';

/** A bar on one line of a terminal; silent where nobody looks. */
export interface ProgressBar {
  update(done: number, total: number, label: string, note: string): void;
  clear(): void;
}

const width = 28;

export function progressBar(output: Output): ProgressBar {
  if (!output.isTTY) return { update: () => undefined, clear: () => undefined };
  let shown = 0;
  return {
    update(done, total, label, note) {
      const now = performance.now();
      // Ten times a second is enough, but a full bar is always shown.
      if (done < total && now - shown < 100) return;
      shown = now;
      const filled = Math.round((width * done) / total);
      const line = `${label} ${'█'.repeat(filled)}${'░'.repeat(width - filled)} ${done}/${total} ${note}`;
      output.write(`\r\u001b[2K${line.slice(0, Math.max(20, (output.columns || 80) - 1))}`);
    },
    clear: () => void output.write('\r\u001b[2K'),
  };
}

import { resolve } from 'node:path';
import type { Plugin } from 'vite';

const engine = /tfjs-core\/dist\/engine\.js$/;

/**
 * The Vite plug-in that gives tfjs's engine another way to find what gradients pass through: its own keeps numbers of tensors
 * as keys of plain objects, whose shape changes with each step, so that V8 compiles it anew all the time on another thread.
 */
export const quickTape = (): Plugin => ({
  name: 'relumine:quick-tape',
  enforce: 'pre',
  resolveId: (source, importer) =>
    source === './tape' && engine.test(importer?.split('?')[0] ?? '')
      ? resolve(import.meta.dirname, 'tape.ts')
      : undefined,
});

/** Starts the worker that computes. */
export const trainingWorker = (): Worker =>
  new Worker(new URL('./training.worker.ts', import.meta.url), { type: 'module', name: 'relumine-training' });

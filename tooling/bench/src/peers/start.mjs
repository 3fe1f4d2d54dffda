import * as tf from '@tensorflow/tfjs-core';

/** Starts what a peer computes with: `native` or `composed` kernels on so many threads, or tfjs-backend-cpu. */
export async function start(kernels, threads) {
  if (kernels === 'cpu') {
    await import('@tensorflow/tfjs-backend-cpu');
    await tf.setBackend('cpu');
    await tf.ready();
    return { backend: 'cpu' };
  }
  const { startWasm } = await import('@relumine/wasm-backend');
  const started = await startWasm({ threads, kernels: kernels === 'composed' ? 'composed' : 'auto' });
  if (kernels === 'native' && started.kernels !== 'native') throw new Error('The native kernels did not start.');
  return started;
}

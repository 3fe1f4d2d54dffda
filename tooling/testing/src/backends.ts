import { ready, setBackend } from '@tensorflow/tfjs-core';

/** Loads and selects a stock backend: `wasm` (in Node it finds its binary by itself) or `cpu`. */
export async function useBackend(name: 'wasm' | 'cpu'): Promise<void> {
  if (name === 'wasm') await import('@tensorflow/tfjs-backend-wasm');
  else await import('@tensorflow/tfjs-backend-cpu');
  if (!(await setBackend(name))) throw new Error(`The ${name} backend did not start.`);
  await ready();
}

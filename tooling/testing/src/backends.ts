import { copyRegisteredKernels, findBackend, ready, registerBackend, setBackend } from '@tensorflow/tfjs-core';

/** Loads and selects a stock backend: `wasm` (in Node it finds its binary by itself) or `cpu`. */
export async function useBackend(name: 'wasm' | 'cpu'): Promise<void> {
  if (name === 'wasm') await import('@tensorflow/tfjs-backend-wasm');
  else await import('@tensorflow/tfjs-backend-cpu');
  if (!(await setBackend(name))) throw new Error(`The ${name} backend did not start.`);
  await ready();
}

/** Starts tfjs's CPU backend under another name, as any backend that nobody knows: with stock operations alone. */
export async function useAnotherBackend(): Promise<void> {
  const { MathBackendCPU } = await import('@tensorflow/tfjs-backend-cpu');
  if (!findBackend('another')) {
    registerBackend('another', () => new MathBackendCPU());
    copyRegisteredKernels('cpu', 'another');
  }
  if (!(await setBackend('another'))) throw new Error('The other backend did not start.');
  await ready();
}

import { getKernelsForBackend, type KernelConfig, registerKernel, unregisterKernel } from '@tensorflow/tfjs-core';

const backendName = 'wasm';

interface Replacement {
  readonly by: KernelConfig;
  readonly before: KernelConfig | undefined;
}

const replaced = new Map<string, Replacement>();

const snapshot = (): Map<string, KernelConfig> =>
  new Map(getKernelsForBackend(backendName).map((config) => [config.kernelName, config]));

/** Runs `register` and remembers which kernels of the backend it puts in the place of which. */
export async function remembering<T>(register: () => Promise<T>): Promise<T> {
  const before = snapshot();
  const result = await register();
  for (const [name, by] of snapshot()) {
    const old = before.get(name);
    if (old !== by && replaced.get(name)?.by !== by) replaced.set(name, { by, before: old });
  }
  return result;
}

/** Puts the kernels back that were there before; one that somebody else has replaced since stays. */
export function putBack(): void {
  const now = snapshot();
  for (const [name, { by, before }] of replaced) {
    if (now.get(name) !== by) continue;
    unregisterKernel(name, backendName);
    if (before) registerKernel(before);
  }
  replaced.clear();
}

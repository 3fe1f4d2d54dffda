import { getKernel, type KernelConfig, type KernelFunc, registerKernel, unregisterKernel } from '@tensorflow/tfjs-core';

const backendName = 'wasm';

/** Marks our kernels on the config itself: a second bundled copy of this package must know them too. */
const mark = Symbol.for('relumine.composedKernel');

type MarkedConfig = KernelConfig & { [mark]?: true };

/** Registers a kernel for wasm; one of ours or of the native module that is there already stays. */
export function registerComposed(kernelName: string, kernelFunc: KernelFunc, replacesStock: boolean): void {
  const before = getKernel(kernelName, backendName) as MarkedConfig | undefined;
  if (before?.[mark] || (before && !replacesStock)) return;
  if (before) unregisterKernel(kernelName, backendName);
  const config: MarkedConfig = { ...before, kernelName, backendName, kernelFunc, [mark]: true };
  registerKernel(config);
}

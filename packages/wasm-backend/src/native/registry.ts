import { getKernel, type KernelConfig, type KernelFunc, registerKernel, unregisterKernel } from '@tensorflow/tfjs-core';

const backendName = 'wasm';
const ours = new WeakSet<KernelConfig>();

/** A kernel that may hand a call it has no code for (a dtype, a layout) to the one it replaced. */
export type NativeKernel = (args: Parameters<KernelFunc>[0], replaced: KernelFunc) => ReturnType<KernelFunc>;

/**
 * Puts `kernel` in the place of the registered kernel `name`, whose set-up is kept: calls without a native form go on to
 * it. Does nothing where the kernel in place is one of ours.
 */
export function replaceKernel(name: string, kernel: NativeKernel): void {
  const before = getKernel(name, backendName) as KernelConfig | undefined;
  if (before !== undefined && ours.has(before)) return;
  const replaced: KernelFunc =
    before?.kernelFunc ??
    (() => {
      throw new Error(`[relumine/wasm-backend] kernel ${name} has no form for these arguments on the wasm backend.`);
    });
  if (before !== undefined) unregisterKernel(name, backendName);
  const config: KernelConfig = {
    ...before,
    kernelName: name,
    backendName,
    kernelFunc: (args) => kernel(args, replaced),
  };
  ours.add(config);
  registerKernel(config);
}

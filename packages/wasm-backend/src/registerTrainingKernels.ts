import { engine, getKernel, type KernelConfig, registerKernel } from '@tensorflow/tfjs-core';
import { registerComposedKernels } from './composed';
import { registerNativeKernels } from './native';
import { putBack, remembering } from './replacedKernels';

/** What {@link registerTrainingKernels} set up. */
export interface TrainingKernels {
  /**
   * `native`: SIMD kernels on the backend's heap. `composed`: stock kernels put together; slower, right everywhere.
   * `pending`: the backend is not running yet; the native kernels are registered when it starts.
   */
  kernels: 'native' | 'composed' | 'pending';
  /** Whether the native kernels use fused multiply-add. */
  relaxedSimd: boolean;
  /** Why the native kernels are not in use. */
  reason?: string;
}

const starter = 'RelumineStart';
let native: Promise<TrainingKernels> | undefined;

async function startNative(): Promise<TrainingKernels> {
  const { available, relaxedSimd, reason } = await remembering(registerNativeKernels);
  return available
    ? { kernels: 'native', relaxedSimd }
    : { kernels: 'composed', relaxedSimd, ...(reason ? { reason } : {}) };
}

/**
 * A kernel that is never run: tfjs calls its set-up function whenever an instance of the backend starts, which is when
 * the native kernels can be put on its heap.
 */
function registerStarter(): void {
  if (getKernel(starter, 'wasm')) return;
  const config: KernelConfig = {
    kernelName: starter,
    backendName: 'wasm',
    kernelFunc: () => [],
    setupFunc: () => {
      native = startNative();
    },
  };
  registerKernel(config);
}

/** The running instance of the backend. `findBackend` is no way to ask: it starts one. */
export const runningBackend = (): object | undefined => engine().registry.wasm;

/**
 * Makes training possible on the wasm backend: the kernels that the stock backend lacks (the filter gradient of
 * convolutions, both gradients of depthwise ones, sums by segment), right ones for those it gets wrong (gradients of max
 * pooling and of nearest-neighbour resizing), and the gradients of tfjs-core's operations, which tfjs-core alone does not
 * register.
 *
 * Works before or after `setBackend('wasm')`; calling it again changes nothing; it survives `tf.engine().reset()` and a
 * removed backend, since kernels are registered by name, and a second bundled copy of tfjs-core, since all copies share
 * one registry.
 *
 * @param options `kernels: 'composed'` leaves the native kernels out, or takes them out again
 */
export async function registerTrainingKernels(
  options: { kernels?: 'auto' | 'composed' } = {},
): Promise<TrainingKernels> {
  // Its kernels must be registered first: ours replace some of them.
  await import('@tensorflow/tfjs-backend-wasm');
  // A module of its own: it holds a definition for each of tfjs's operations.
  const { registerGradients } = await import('./gradients/registerGradients');
  registerGradients();
  registerComposedKernels();
  if (options.kernels === 'composed') {
    // A start on its way would put them in once more.
    await native?.catch(() => undefined);
    native = undefined;
    putBack();
    return { kernels: 'composed', relaxedSimd: false };
  }
  await remembering(async () => registerStarter());
  if (!runningBackend()) return { kernels: 'pending', relaxedSimd: false };
  native = startNative();
  return native;
}

/** What the backend that started last got; undefined before any did. */
export function nativeStatus(): Promise<TrainingKernels> | undefined {
  return native;
}

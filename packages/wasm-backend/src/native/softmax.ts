import type { TensorInfo } from '@tensorflow/tfjs-core';
import { addressOf, allocate, findMemory, produce, type WasmBackend, withScratch } from './heap';
import { kernelsOf } from './module';
import { type NativeKernel, replaceKernel } from './registry';

/** Inputs `{ logits, labels }` float32[rows, classes]; outputs `[loss float32[rows], softmax float32[rows, classes]]`. */
export const softmaxCrossEntropyKernel = 'RelumineSoftmaxCrossEntropy';

/** Inputs `{ dy float32[rows], softmax, labels }`; output the gradient of the logits. */
export const softmaxCrossEntropyGradKernel = 'RelumineSoftmaxCrossEntropyGrad';

const forward: NativeKernel = (args) => {
  const { logits, labels } = args.inputs as { logits: TensorInfo; labels: TensorInfo };
  const backend = args.backend as WasmBackend;
  const kernels = kernelsOf(backend);
  const [rows, classes] = logits.shape as [number, number];
  const loss = allocate(backend, [rows], 'float32');
  try {
    const softmax = produce(backend, logits.shape, (p) => {
      withScratch(backend, rows * 24, (parts) => {
        kernels.softmaxCrossEntropy(addressOf(backend, logits), addressOf(backend, labels), p, parts, rows, classes);
        const { buffer } = findMemory(backend) as WebAssembly.Memory;
        const [from, to] = [
          new Float64Array(buffer, parts, rows * 3),
          new Float32Array(buffer, addressOf(backend, loss), rows),
        ];
        for (let r = 0; r < rows; r++) to[r] = from[3 * r + 1]! * Math.log(from[3 * r]!) - from[3 * r + 2]!;
      });
    });
    return [loss, softmax];
  } catch (error) {
    backend.disposeData(loss.dataId, true);
    throw error;
  }
};

const gradient: NativeKernel = (args) => {
  const { dy, softmax, labels } = args.inputs as Record<'dy' | 'softmax' | 'labels', TensorInfo>;
  const backend = args.backend as WasmBackend;
  const kernels = kernelsOf(backend);
  const [rows, classes] = softmax.shape as [number, number];
  return produce(backend, softmax.shape, (dz) => {
    const [slope, p, y] = [dy, softmax, labels].map((tensor) => addressOf(backend, tensor)) as [number, number, number];
    kernels.softmaxCrossEntropyGrad(slope, p, y, dz, rows, classes);
  });
};

/** Registers softmax and cross-entropy in one pass, and its gradient. */
export function registerSoftmaxCrossEntropy(): void {
  replaceKernel(softmaxCrossEntropyKernel, forward);
  replaceKernel(softmaxCrossEntropyGradKernel, gradient);
}

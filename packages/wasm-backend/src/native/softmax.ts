import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { addressOf, allocate, findMemory, produce, type WasmBackend, withScratch } from './heap';
import { kernelsOf } from './module';
import { type NativeKernel, replaceKernel } from './registry';
import { portions } from './shares';
import { type Part, runParts } from './threads';

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

/** Softmax over the last axis: the cross-entropy's own, whose other results are left. */
const softmax: NativeKernel = (args, replaced) => {
  const logits = args.inputs.logits!;
  const classes = logits.shape.at(-1);
  if (logits.dtype !== 'float32' || !classes) return replaced(args);
  const backend = args.backend as WasmBackend;
  const size = util.sizeFromShape(logits.shape);
  return produce(backend, logits.shape, (p) => {
    withScratch(backend, (size / classes) * 24, (sums) => {
      const z = addressOf(backend, logits);
      const parts = portions(backend, size / classes, 1, 'pass', size).map(([first, last]): Part => {
        const at = first * classes * 4;
        return ['softmaxCrossEntropy', z + at, z + at, p + at, sums + first * 24, last - first, classes];
      });
      runParts(backend, parts);
    });
  });
};

/** Registers softmax, softmax and cross-entropy in one pass, and its gradient. */
export function registerSoftmaxCrossEntropy(): void {
  replaceKernel('Softmax', softmax);
  replaceKernel(softmaxCrossEntropyKernel, forward);
  replaceKernel(softmaxCrossEntropyGradKernel, gradient);
}

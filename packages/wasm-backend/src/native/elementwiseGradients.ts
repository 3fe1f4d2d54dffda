import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { addressOf, produce, type WasmBackend } from './heap';
import { type NativeKernel, replaceKernel } from './registry';
import { portions } from './shares';
import { reducedBlock } from './sums';
import { type Part, runParts } from './threads';

/** dx = 2 · x · dy of inputs `{ dy, x }`. */
export const squareGradKernel = 'RelumineSquareGrad';

/** The gradient of Sum or Mean: dy / `divisor` at each element of `shape` that `axes` reduced, of input `{ dy }`. */
export const spreadKernel = 'RelumineSpread';

const squareGrad: NativeKernel = (args, replaced) => {
  const { dy, x } = args.inputs as { dy: TensorInfo; x: TensorInfo };
  if (dy.dtype !== 'float32' || x.dtype !== 'float32') return replaced(args);
  const backend = args.backend as WasmBackend;
  const size = util.sizeFromShape(x.shape);
  return produce(backend, x.shape, (dx) => {
    const [slope, from] = [addressOf(backend, dy), addressOf(backend, x)];
    const parts = portions(backend, size, 16, 'pass', size).map(([first, last]): Part => {
      return ['squareGrad', slope + first * 4, from + first * 4, dx + first * 4, last - first];
    });
    runParts(backend, parts);
  });
};

/** The block of a reduction: the caller has made sure that there is one. */
const spread: NativeKernel = (args, replaced) => {
  const dy = args.inputs.dy!;
  const { shape, axes, divisor } = args.attrs as unknown as { shape: number[]; axes: number[]; divisor: number };
  const block = dy.dtype === 'float32' ? reducedBlock(shape, axes) : undefined;
  if (block === undefined) return replaced(args);
  const backend = args.backend as WasmBackend;
  const [outer, middle, inner] = block;
  return produce(backend, shape, (out) => {
    const from = addressOf(backend, dy);
    const size = outer * middle * inner;
    // With one outer block its rows are shared out, else the blocks are.
    const parts = portions(backend, outer === 1 ? middle : outer, 1, 'pass', size).map(([first, last]): Part => {
      const share =
        outer === 1 ? ([from, 1, last - first] as const) : ([from + first * inner * 4, last - first, middle] as const);
      const at = first * inner * (outer === 1 ? 1 : middle) * 4;
      return ['spread', ...share, inner, 1 / divisor, out + at];
    });
    runParts(backend, parts);
  });
};

/** Registers the one-pass gradients of Square and of sums and means. */
export function registerElementwiseGradients(): void {
  replaceKernel(squareGradKernel, squareGrad);
  replaceKernel(spreadKernel, spread);
}

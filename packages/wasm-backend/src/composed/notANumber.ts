import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { backend_util } from '@tensorflow/tfjs-core';
import { view } from './arrays';
import { forEachTap, windowShape } from './windows';

const hasNaN = (values: Float32Array): boolean => {
  for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i])) return true;
  return false;
};

/** The stock kernel of a function of one tensor, with NaN where x is NaN: the stock ones clamp it away. */
export const keepingNaN =
  (stock: KernelFunc): KernelFunc =>
  (args) => {
    const x = args.inputs.x as TensorInfo;
    const y = stock(args) as TensorInfo;
    if (x.dtype !== 'float32') return y;
    const [from, to] = [view(args.backend, x), view(args.backend, y)];
    for (let i = 0; i < from.length; i++) if (Number.isNaN(from[i])) to[i] = Number.NaN;
    return y;
  };

/** Writes NaN to `to` wherever `from`, broadcast to the shape of `to`, is NaN. */
function spread(from: Float32Array, fromShape: number[], to: Float32Array, toShape: number[]): void {
  const lacking = toShape.length - fromShape.length;
  const steps: number[] = new Array(toShape.length).fill(0);
  let step = 1;
  for (let d = fromShape.length - 1; d >= 0; d--) {
    if (fromShape[d] !== 1) steps[d + lacking] = step;
    step *= fromShape[d]!;
  }
  const index: number[] = new Array(toShape.length).fill(0);
  let at = 0;
  for (let i = 0; i < to.length; i++) {
    if (Number.isNaN(from[at])) to[i] = Number.NaN;
    for (let d = toShape.length - 1; d >= 0; d--) {
      index[d]!++;
      at += steps[d]!;
      if (index[d]! < toShape[d]!) break;
      at -= steps[d]! * toShape[d]!;
      index[d] = 0;
    }
  }
}

/** The same for a function of two tensors that are broadcast to each other. */
export const keepingNaNOfBoth =
  (stock: KernelFunc): KernelFunc =>
  (args) => {
    const { a, b } = args.inputs as { a: TensorInfo; b: TensorInfo };
    const y = stock(args) as TensorInfo;
    if (y.dtype !== 'float32') return y;
    const to = view(args.backend, y);
    for (const x of [a, b]) {
      const from = view(args.backend, x);
      if (hasNaN(from)) spread(from, x.shape, to, y.shape);
    }
    return y;
  };

interface PoolAttrs {
  filterSize: number | [number, number];
  strides: number | [number, number];
  pad: 'valid' | 'same' | number;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** The stock max pooling, with NaN for a window that holds one. */
export const maxPoolKeepingNaN =
  (stock: KernelFunc): KernelFunc =>
  (args) => {
    const x = args.inputs.x as TensorInfo;
    const y = stock(args) as TensorInfo;
    const from = view(args.backend, x);
    if (!hasNaN(from)) return y;
    const { filterSize, strides, pad, dimRoundingMode } = args.attrs as unknown as PoolAttrs;
    const shape = x.shape as [number, number, number, number];
    const s = windowShape(backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode));
    const [to, channels] = [view(args.backend, y), s.inChannels];
    forEachTap(s, (out, at) => {
      for (let c = 0; c < channels; c++) if (Number.isNaN(from[at * channels + c])) to[out * channels + c] = Number.NaN;
    });
    return y;
  };

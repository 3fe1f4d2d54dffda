import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { make, view } from './arrays';
import { type ConvolutionAttrs, convolutionShape, forEachTap } from './windows';

/** dW[ky, kx, c, j] = Σ x[n, iy, ix, c] · dy[n, oy, ox, c·m + j], summed in float64. */
export const depthwiseBackpropFilter: KernelFunc = ({ inputs, backend, attrs }) => {
  const { x, dy } = inputs as { x: TensorInfo; dy: TensorInfo };
  const { filterShape, ...rest } = attrs as unknown as ConvolutionAttrs & { filterShape: number[] };
  const shape = convolutionShape(x.shape, filterShape, rest, true);
  const [channels, multiplier] = [filterShape[2]!, filterShape[3]!];
  const outputs = channels * multiplier;
  const [xs, dys] = [view(backend, x), view(backend, dy)];
  const sums = new Float64Array(shape.filterHeight * shape.filterWidth * outputs);
  forEachTap(shape, (out, at, tap) => {
    for (let o = 0; o < outputs; o++) {
      const c = multiplier === 1 ? o : Math.floor(o / multiplier);
      sums[tap * outputs + o]! += xs[at * channels + c]! * dys[out * outputs + o]!;
    }
  });
  return make(backend, Float32Array.from(sums), filterShape, 'float32');
};

/** dx[n, iy, ix, c] = Σ dy[n, oy, ox, c·m + j] · W[ky, kx, c, j], summed in float64. */
export const depthwiseBackpropInput: KernelFunc = ({ inputs, backend, attrs }) => {
  const { dy, filter } = inputs as { dy: TensorInfo; filter: TensorInfo };
  const { inputShape, ...rest } = attrs as unknown as ConvolutionAttrs & { inputShape: number[] };
  const shape = convolutionShape(inputShape, filter.shape, rest, true);
  const [channels, multiplier] = [filter.shape[2]!, filter.shape[3]!];
  const outputs = channels * multiplier;
  const [dys, weights] = [view(backend, dy), view(backend, filter)];
  const sums = new Float64Array(shape.batch * shape.inHeight * shape.inWidth * channels);
  forEachTap(shape, (out, at, tap) => {
    for (let o = 0; o < outputs; o++) {
      const c = multiplier === 1 ? o : Math.floor(o / multiplier);
      sums[at * channels + c]! += dys[out * outputs + o]! * weights[tap * outputs + o]!;
    }
  });
  return make(backend, Float32Array.from(sums), inputShape, 'float32');
};

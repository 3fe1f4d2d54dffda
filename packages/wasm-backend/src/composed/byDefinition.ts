import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { make, view } from './arrays';
import { type ConvolutionAttrs, convolutionShape, forEachTap } from './windows';

/** y[n, oy, ox, co] = Σ x[n, iy, ix, ci] · w[ky, kx, ci, co], summed in float64: slow, and right for NaN and infinities too. */
export const convolutionByDefinition: KernelFunc = ({ inputs, backend, attrs }) => {
  const { x, filter } = inputs as { x: TensorInfo; filter: TensorInfo };
  const s = convolutionShape(x.shape, filter.shape, attrs as unknown as ConvolutionAttrs);
  const [from, weights] = [view(backend, x), view(backend, filter)];
  const [ci, co] = [s.inChannels, s.outChannels];
  const sums = new Float64Array(s.batch * s.outHeight * s.outWidth * co);
  forEachTap(s, (out, at, tap) => {
    for (let i = 0; i < ci; i++) {
      const value = from[at * ci + i]!;
      const row = (tap * ci + i) * co;
      for (let o = 0; o < co; o++) sums[out * co + o]! += value * weights[row + o]!;
    }
  });
  return make(backend, Float32Array.from(sums), [s.batch, s.outHeight, s.outWidth, co], 'float32');
};

/** y[n, oy, ox, c · k + q] = Σ x[n, iy, ix, c] · w[ky, kx, c, q], summed in float64. */
export const depthwiseByDefinition: KernelFunc = ({ inputs, backend, attrs }) => {
  const { x, filter } = inputs as { x: TensorInfo; filter: TensorInfo };
  const s = convolutionShape(x.shape, filter.shape, attrs as unknown as ConvolutionAttrs, true);
  const [from, weights] = [view(backend, x), view(backend, filter)];
  const [channels, k] = [s.inChannels, filter.shape[3]!];
  const size = channels * k;
  const sums = new Float64Array(s.batch * s.outHeight * s.outWidth * size);
  forEachTap(s, (out, at, tap) => {
    for (let i = 0; i < size; i++) {
      sums[out * size + i]! += from[at * channels + Math.floor(i / k)]! * weights[tap * size + i]!;
    }
  });
  return make(backend, Float32Array.from(sums), [s.batch, s.outHeight, s.outWidth, size], 'float32');
};

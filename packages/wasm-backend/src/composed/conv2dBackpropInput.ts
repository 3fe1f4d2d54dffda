import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { make, view } from './arrays';
import { composed } from './composer';
import { requireChannelsLast } from './requireChannelsLast';
import { type ConvolutionAttrs, convolutionShape, forEachTap, type WindowShape } from './windows';

/** The definition itself, summed in float64: for strides together with dilations, which no stock kernel can do. */
function direct(
  backend: unknown,
  dy: TensorInfo,
  filter: TensorInfo,
  s: WindowShape,
  inputShape: number[],
): TensorInfo {
  const [dys, weights] = [view(backend, dy), view(backend, filter)];
  const [ci, co] = [s.inChannels, s.outChannels];
  const sums = new Float64Array(inputShape.reduce((a, b) => a * b, 1));
  forEachTap(s, (out, at, tap) => {
    for (let i = 0; i < ci; i++) {
      const row = (tap * ci + i) * co;
      let sum = 0;
      for (let o = 0; o < co; o++) sum += dys[out * co + o]! * weights[row + o]!;
      sums[at * ci + i]! += sum;
    }
  });
  return make(backend, Float32Array.from(sums), inputShape, 'float32');
}

/** For stride 1: a forward convolution of dy with the kernel turned by 180° and its channels exchanged. */
function asConvolution(backend: unknown, dy: TensorInfo, filter: TensorInfo, s: WindowShape): TensorInfo {
  return composed(backend, (c) => {
    const turned = c.run('Reverse', { x: filter }, { dims: [0, 1] });
    const exchanged = c.run('Transpose', { x: turned }, { perm: [0, 1, 3, 2] });
    const [spanY, spanX] = [(s.filterHeight - 1) * s.dilationHeight, (s.filterWidth - 1) * s.dilationWidth];
    const pad = [
      [0, 0],
      [spanY - s.top, s.inHeight - s.outHeight + s.top],
      [spanX - s.left, s.inWidth - s.outWidth + s.left],
      [0, 0],
    ];
    return c.run(
      'Conv2D',
      { x: dy, filter: exchanged },
      { strides: [1, 1], pad, dataFormat: 'NHWC', dilations: [s.dilationHeight, s.dilationWidth] },
    );
  });
}

/**
 * dx[n, iy, ix, ci] = Σ dy[n, oy, ox, co] · W[ky, kx, ci, co] over all oy·s + ky·d − pad = iy: as a forward convolution
 * at stride 1 (ten times as fast as the stock kernel), by the stock kernel at other strides, by definition where strides
 * and dilations meet.
 */
export const conv2dBackpropInput =
  (stock: KernelFunc): KernelFunc =>
  (args) => {
    const { dy, filter } = args.inputs as { dy: TensorInfo; filter: TensorInfo };
    const { inputShape, ...rest } = args.attrs as unknown as ConvolutionAttrs & { inputShape: number[] };
    requireChannelsLast('Conv2DBackpropInput', rest.dataFormat);
    const s = convolutionShape(inputShape, filter.shape, rest);
    // tfjs-core allows a dy of another size than the output of such a convolution would have.
    if (dy.shape[1] !== s.outHeight || dy.shape[2] !== s.outWidth) return stock(args);
    const empty = s.batch * s.outHeight * s.outWidth * s.outChannels * s.inHeight * s.inWidth * s.inChannels === 0;
    const [spanY, spanX] = [(s.filterHeight - 1) * s.dilationHeight, (s.filterWidth - 1) * s.dilationWidth];
    const bottom = s.inHeight - s.outHeight + s.top;
    const right = s.inWidth - s.outWidth + s.left;
    const padsInside = s.top <= spanY && s.left <= spanX && bottom >= 0 && right >= 0;
    if (!empty && s.strideHeight === 1 && s.strideWidth === 1 && padsInside)
      return asConvolution(args.backend, dy, filter, s);
    if (!empty && s.dilationHeight === 1 && s.dilationWidth === 1) return stock(args);
    return direct(args.backend, dy, filter, s, inputShape);
  };

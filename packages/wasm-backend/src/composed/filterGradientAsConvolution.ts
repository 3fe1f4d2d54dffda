import type { TensorInfo } from '@tensorflow/tfjs-core';
import { composed } from './composer';
import type { WindowShape } from './windows';

/**
 * Whether the filter gradient is faster as a convolution than as im2col and a product: in all shapes that were timed but
 * 1 × 1 filters (64 × 28² × 32 → 64, 3 × 3: 282 ms against 876).
 */
export const suitsConvolution = (s: WindowShape): boolean =>
  s.filterHeight * s.filterWidth > 1 &&
  s.dilationHeight === 1 &&
  s.dilationWidth === 1 &&
  s.top < s.filterHeight &&
  s.left < s.filterWidth;

/**
 * The filter gradient as a convolution of x with dy: channels take the place of the batch, the batch that of the channels,
 * and the strides that of the dilations.
 */
export function filterGradientAsConvolution(
  backend: unknown,
  x: TensorInfo,
  dy: TensorInfo,
  s: WindowShape,
): TensorInfo {
  // What the windows reach: x ends there, cut or padded.
  const reach = (filter: number, out: number, stride: number): number => filter + (out - 1) * stride;
  const [height, width] = [
    reach(s.filterHeight, s.outHeight, s.strideHeight),
    reach(s.filterWidth, s.outWidth, s.strideWidth),
  ];
  const [rows, columns] = [Math.min(s.inHeight, height - s.top), Math.min(s.inWidth, width - s.left)];
  return composed(backend, (c) => {
    const size = [s.batch, rows, columns, s.inChannels];
    const whole = rows === s.inHeight && columns === s.inWidth;
    const cut = whole ? x : c.run('Slice', { x }, { begin: [0, 0, 0, 0], size });
    const images = c.run('Transpose', { x: cut }, { perm: [3, 1, 2, 0] });
    const filter = c.run('Transpose', { x: dy }, { perm: [1, 2, 0, 3] });
    const pad = [
      [0, 0],
      [s.top, height - s.top - rows],
      [s.left, width - s.left - columns],
      [0, 0],
    ];
    const dilations = [s.strideHeight, s.strideWidth];
    const y = c.run('Conv2D', { x: images, filter }, { strides: [1, 1], pad, dataFormat: 'NHWC', dilations });
    return c.run('Transpose', { x: y }, { perm: [1, 2, 0, 3] });
  });
}

import { invalidArgument } from '@relumine/core';
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { make } from './arrays';
import { type Composer, composed } from './composer';
import { filterGradientAsConvolution, suitsConvolution } from './filterGradientAsConvolution';
import { requireChannelsLast } from './requireChannelsLast';
import { type ConvolutionAttrs, convolutionShape, type WindowShape } from './windows';

/** Bytes that the columns of one group of images may take: larger ones fall out of every cache and fill the heap. */
const columnBytes = 64 * 2 ** 20;

const slice = (c: Composer, x: TensorInfo, begin: number[], size: number[]): TensorInfo =>
  c.run('Slice', { x }, { begin, size });

/** x with the zeros around it that every tap of the window may touch. */
function pad(c: Composer, x: TensorInfo, s: WindowShape): TensorInfo {
  const reach = (size: number, filter: number, stride: number, dilation: number): number =>
    (size - 1) * stride + (filter - 1) * dilation + 1;
  const bottom = Math.max(0, reach(s.outHeight, s.filterHeight, s.strideHeight, s.dilationHeight) - s.top - s.inHeight);
  const right = Math.max(0, reach(s.outWidth, s.filterWidth, s.strideWidth, s.dilationWidth) - s.left - s.inWidth);
  if (s.top + s.left + bottom + right === 0) return x;
  return c.run(
    'PadV2',
    { x },
    {
      paddings: [
        [0, 0],
        [s.top, bottom],
        [s.left, right],
        [0, 0],
      ],
      constantValue: 0,
    },
  );
}

/** What one tap sees of some images: float32[images · outHeight · outWidth, inChannels]. */
function tapColumns(c: Composer, x: TensorInfo, s: WindowShape, images: number, ky: number, kx: number): TensorInfo {
  const [top, left] = [ky * s.dilationHeight, kx * s.dilationWidth];
  const [height, width] = [(s.outHeight - 1) * s.strideHeight + 1, (s.outWidth - 1) * s.strideWidth + 1];
  const flat = [images * s.outHeight * s.outWidth, s.inChannels];
  if (s.strideHeight === 1 && s.strideWidth === 1)
    return c.view(slice(c, x, [0, top, left, 0], [images, height, width, s.inChannels]), flat);
  const strided = c.run(
    'StridedSlice',
    { x },
    {
      begin: [0, top, left, 0],
      end: [images, top + height, left + width, s.inChannels],
      strides: [1, s.strideHeight, s.strideWidth, 1],
      beginMask: 0,
      endMask: 0,
      ellipsisMask: 0,
      newAxisMask: 0,
      shrinkAxisMask: 0,
    },
  );
  return c.view(strided, flat);
}

/** The filter gradient of some images as one product: columnsᵀ · dy, float32[taps · inChannels, outChannels]. */
function gradientOf(c: Composer, x: TensorInfo, dy: TensorInfo, s: WindowShape, images: number): TensorInfo {
  const columns: TensorInfo[] = [];
  for (let ky = 0; ky < s.filterHeight; ky++)
    for (let kx = 0; kx < s.filterWidth; kx++) columns.push(tapColumns(c, x, s, images, ky, kx));
  const all =
    columns.length === 1 ? columns[0]! : c.run('Concat', columns as unknown as Record<string, TensorInfo>, { axis: 1 });
  const [rows, width] = [images * s.outHeight * s.outWidth, columns.length * s.inChannels];
  // Transposing first is several times faster than the stock product with a transpose flag.
  const turned = c.run('Transpose', { x: all }, { perm: [1, 0] });
  const product = c.run(
    'BatchMatMul',
    { a: c.view(turned, [1, width, rows]), b: c.view(dy, [1, rows, s.outChannels]) },
    { transposeA: false, transposeB: false },
  );
  return c.view(product, [width, s.outChannels]);
}

/**
 * dW[ky, kx, ci, co] = Σ x[n, oy·s + ky·d − pad, ox·s + kx·d − pad, ci] · dy[n, oy, ox, co], for any stride, padding
 * and dilation: as a convolution where that is faster, else as im2col and a matrix product over groups of images.
 */
export const conv2dBackpropFilter: KernelFunc = ({ inputs, backend, attrs }) => {
  const { x, dy } = inputs as { x: TensorInfo; dy: TensorInfo };
  const { filterShape, ...rest } = attrs as unknown as ConvolutionAttrs & { filterShape: number[] };
  requireChannelsLast('Conv2DBackpropFilter', rest.dataFormat);
  const s = convolutionShape(x.shape, filterShape, rest);
  if (dy.shape[1] !== s.outHeight || dy.shape[2] !== s.outWidth)
    throw invalidArgument({
      where: 'wasm-backend/Conv2DBackpropFilter',
      argument: 'dy',
      rule: `must have ${s.outHeight} × ${s.outWidth} positions`,
      received: `shape [${dy.shape.join(', ')}]`,
    });
  const size = filterShape.reduce((a, b) => a * b, 1);
  if (s.batch * s.outHeight * s.outWidth * size === 0)
    return make(backend, new Float32Array(size), filterShape, 'float32');
  if (suitsConvolution(s)) return filterGradientAsConvolution(backend, x, dy, s);
  const perImage = s.outHeight * s.outWidth * s.filterHeight * s.filterWidth * s.inChannels * 4;
  const group = Math.max(1, Math.min(s.batch, Math.floor(columnBytes / perImage)));
  const result = composed(backend, (c) => {
    const padded = pad(c, x, s);
    const [, height, width] = padded.shape as [number, number, number, number];
    let sum: TensorInfo | undefined;
    for (let n = 0; n < s.batch; n += group) {
      const images = Math.min(group, s.batch - n);
      const whole = images === s.batch;
      const part = whole ? padded : slice(c, padded, [n, 0, 0, 0], [images, height, width, s.inChannels]);
      const dyPart = whole ? dy : slice(c, dy, [n, 0, 0, 0], [images, s.outHeight, s.outWidth, s.outChannels]);
      const gradient = gradientOf(c, part, dyPart, s, images);
      sum = sum ? c.run('Add', { a: sum, b: gradient }) : gradient;
    }
    return sum!;
  });
  return { ...result, shape: filterShape };
};

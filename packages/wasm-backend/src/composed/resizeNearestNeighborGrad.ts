import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { make, view } from './arrays';

/**
 * The gradient of nearest-neighbour resizing: every dy goes to the input position that its output was read from, found
 * as the forward kernel finds it. The stock kernel is wrong for every image after the first.
 */
export const resizeNearestNeighborGrad: KernelFunc = ({ inputs, backend, attrs }) => {
  const { images, dy } = inputs as { images: TensorInfo; dy: TensorInfo };
  const { alignCorners, halfPixelCenters } = attrs as unknown as { alignCorners: boolean; halfPixelCenters?: boolean };
  const [batch, inHeight, inWidth, channels] = images.shape as [number, number, number, number];
  const [, outHeight, outWidth] = dy.shape as [number, number, number, number];
  const source = (out: number, inSize: number, outSize: number): number => {
    const corners = alignCorners && outSize > 1;
    // The forward kernel computes the position in float32.
    const scale = Math.fround(corners ? (inSize - 1) / (outSize - 1) : inSize / outSize);
    const at = Math.fround(scale * (halfPixelCenters ? out + 0.5 : out));
    return Math.max(0, Math.min(inSize - 1, alignCorners ? Math.round(at) : Math.floor(at)));
  };
  const rows = Array.from({ length: outHeight }, (_, y) => source(y, inHeight, outHeight));
  const columns = Array.from({ length: outWidth }, (_, x) => source(x, inWidth, outWidth));
  const dys = view(backend, dy);
  const sums = new Float64Array(batch * inHeight * inWidth * channels);
  for (let n = 0; n < batch; n++)
    for (let y = 0; y < outHeight; y++)
      for (let x = 0; x < outWidth; x++) {
        const from = ((n * outHeight + y) * outWidth + x) * channels;
        const to = ((n * inHeight + rows[y]!) * inWidth + columns[x]!) * channels;
        for (let c = 0; c < channels; c++) sums[to + c]! += dys[from + c]!;
      }
  return make(backend, Float32Array.from(sums), images.shape, 'float32');
};

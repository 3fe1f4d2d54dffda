import { backend_util, type KernelFunc, type TensorInfo } from '@tensorflow/tfjs-core';
import { make, view } from './arrays';
import { windowShape } from './windows';

interface PoolAttrs {
  filterSize: number | [number, number];
  strides: number | [number, number];
  pad: 'valid' | 'same' | number;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/**
 * The gradient of max pooling: each window's dy goes to its first maximum in row-major order. The stock kernel starts
 * its search at the smallest positive float, so a window whose maximum is not positive loses its gradient, and it gives
 * ties to the last. A NaN in a window is its maximum (the first NaN), as in the forward pass of tfjs-backend-cpu.
 */
export const maxPoolGrad: KernelFunc = ({ inputs, backend, attrs }) => {
  const { dy, input } = inputs as { dy: TensorInfo; input: TensorInfo };
  const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as PoolAttrs;
  const inputShape = input.shape as [number, number, number, number];
  const s = windowShape(backend_util.computePool2DInfo(inputShape, filterSize, strides, 1, pad, dimRoundingMode));
  const channels = s.inChannels;
  const [x, dys] = [view(backend, input), view(backend, dy)];
  const dx = new Float32Array(x.length);
  for (let n = 0; n < s.batch; n++)
    for (let oy = 0; oy < s.outHeight; oy++) {
      const [y0, y1] = [
        Math.max(0, oy * s.strideHeight - s.top),
        Math.min(s.inHeight, oy * s.strideHeight - s.top + s.filterHeight),
      ];
      for (let ox = 0; ox < s.outWidth; ox++) {
        const [x0, x1] = [
          Math.max(0, ox * s.strideWidth - s.left),
          Math.min(s.inWidth, ox * s.strideWidth - s.left + s.filterWidth),
        ];
        const out = ((n * s.outHeight + oy) * s.outWidth + ox) * channels;
        for (let c = 0; c < channels; c++) {
          let best = -1;
          let largest = 0;
          for (let iy = y0; iy < y1; iy++)
            for (let ix = x0; ix < x1; ix++) {
              const at = ((n * s.inHeight + iy) * s.inWidth + ix) * channels + c;
              const value = x[at]!;
              if (best < 0 || value > largest || (Number.isNaN(value) && !Number.isNaN(largest))) {
                best = at;
                largest = value;
              }
            }
          if (best >= 0) dx[best]! += dys[out + c]!;
        }
      }
    }
  return make(backend, dx, input.shape, 'float32');
};

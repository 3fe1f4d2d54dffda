import { backend_util } from '@tensorflow/tfjs-core';

/** The geometry of a 2-D convolution or pooling window, channels last. */
export interface WindowShape {
  readonly batch: number;
  readonly inHeight: number;
  readonly inWidth: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly filterHeight: number;
  readonly filterWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly dilationHeight: number;
  readonly dilationWidth: number;
  readonly top: number;
  readonly left: number;
  readonly inChannels: number;
  readonly outChannels: number;
}

/** The shape as numbers alone. */
export function windowShape(info: backend_util.Conv2DInfo): WindowShape {
  return {
    batch: info.batchSize,
    inHeight: info.inHeight,
    inWidth: info.inWidth,
    outHeight: info.outHeight,
    outWidth: info.outWidth,
    filterHeight: info.filterHeight,
    filterWidth: info.filterWidth,
    strideHeight: info.strideHeight,
    strideWidth: info.strideWidth,
    dilationHeight: info.dilationHeight,
    dilationWidth: info.dilationWidth,
    top: info.padInfo.top,
    left: info.padInfo.left,
    inChannels: info.inChannels,
    outChannels: info.outChannels,
  };
}

/** Attributes that tfjs's convolution kernels share. */
export interface ConvolutionAttrs {
  strides: number | [number, number];
  pad: Parameters<typeof backend_util.computeConv2DInfo>[4];
  dataFormat?: 'NHWC' | 'NCHW';
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
  dilations?: number | [number, number];
}

/** The shape of a convolution of `inputShape` (channels last) with `filterShape`. */
export function convolutionShape(
  inputShape: number[],
  filterShape: number[],
  { strides, pad, dimRoundingMode, dilations }: ConvolutionAttrs,
  depthwise = false,
): WindowShape {
  const info = backend_util.computeConv2DInfo(
    inputShape as [number, number, number, number],
    filterShape as [number, number, number, number],
    strides,
    dilations ?? 1,
    pad,
    dimRoundingMode,
    depthwise,
  );
  return windowShape(info);
}

/**
 * Calls `visit` for every pair of an output position and a filter tap whose input position lies inside the image, in
 * order of output positions, then taps.
 */
export function forEachTap(
  s: WindowShape,
  visit: (outPosition: number, inPosition: number, tap: number) => void,
): void {
  for (let n = 0; n < s.batch; n++)
    for (let oy = 0; oy < s.outHeight; oy++)
      for (let ox = 0; ox < s.outWidth; ox++) {
        const out = (n * s.outHeight + oy) * s.outWidth + ox;
        for (let ky = 0; ky < s.filterHeight; ky++) {
          const iy = oy * s.strideHeight + ky * s.dilationHeight - s.top;
          if (iy < 0 || iy >= s.inHeight) continue;
          for (let kx = 0; kx < s.filterWidth; kx++) {
            const ix = ox * s.strideWidth + kx * s.dilationWidth - s.left;
            if (ix < 0 || ix >= s.inWidth) continue;
            visit(out, (n * s.inHeight + iy) * s.inWidth + ix, ky * s.filterWidth + kx);
          }
        }
      }
}

import { conv3d, engine, getGradient, registerGradient, type Tensor, type Tensor5D } from '@tensorflow/tfjs-core';

interface Attrs {
  strides: number | [number, number, number];
  pad: 'valid' | 'same';
}

/**
 * The gradient of a transposed 3-D convolution, which tfjs-core has not: the convolution itself for its inputs; for the filter, that
 * of the convolution with the two signals in each other's places.
 */
export function registerTransposed3dGradient(): void {
  if (getGradient('Conv3DBackpropInputV2') !== undefined) return;
  registerGradient({
    kernelName: 'Conv3DBackpropInputV2',
    inputsToSave: ['dy', 'filter'],
    gradFunc: (ddx, saved, attrs) => {
      const [dy, filter] = saved as [Tensor5D, Tensor5D];
      const { strides, pad } = attrs as unknown as Attrs;
      const x = ddx as Tensor5D;
      return {
        dy: () => conv3d(x, filter, strides, pad),
        filter: () =>
          engine().runKernel(
            'Conv3DBackpropFilterV2',
            { x, dy },
            { strides, pad, filterShape: filter.shape },
          ) as Tensor,
      };
    },
  });
}

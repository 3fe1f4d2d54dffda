import { getKernel } from '@tensorflow/tfjs-core';
import { conv2dBackpropFilter } from './conv2dBackpropFilter';
import { conv2dBackpropInput } from './conv2dBackpropInput';
import { depthwiseBackpropFilter, depthwiseBackpropInput } from './depthwiseGradients';
import { maxPoolGrad } from './maxPoolGrad';
import { registerComposed } from './registry';
import { resizeNearestNeighborGrad } from './resizeNearestNeighborGrad';
import { unsortedSegmentSum } from './unsortedSegmentSum';

/**
 * Registers what the stock wasm backend lacks or gets wrong and a CNN needs, composed from stock kernels or written out
 * in TypeScript: right everywhere, and the fallback where the native kernels can't run. Idempotent.
 */
export function registerComposedKernels(): void {
  registerComposed('Conv2DBackpropFilter', conv2dBackpropFilter, false);
  registerComposed('DepthwiseConv2dNativeBackpropFilter', depthwiseBackpropFilter, false);
  registerComposed('DepthwiseConv2dNativeBackpropInput', depthwiseBackpropInput, false);
  registerComposed('UnsortedSegmentSum', unsortedSegmentSum, false);
  registerComposed('MaxPoolGrad', maxPoolGrad, true);
  registerComposed('ResizeNearestNeighborGrad', resizeNearestNeighborGrad, true);
  const stock = getKernel('Conv2DBackpropInput', 'wasm');
  if (stock) registerComposed('Conv2DBackpropInput', conv2dBackpropInput(stock.kernelFunc), true);
}

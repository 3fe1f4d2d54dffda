import { getKernel, type KernelFunc } from '@tensorflow/tfjs-core';
import { inBothLayouts } from './channelsFirst';
import { conv2dBackpropFilter } from './conv2dBackpropFilter';
import { conv2dBackpropInput } from './conv2dBackpropInput';
import { conv3dBackpropFilter, conv3dBackpropInput } from './conv3dGradients';
import { convolution, depthwise, fusedConvolution, fusedDepthwise } from './convolutionForward';
import { depthwiseBackpropFilter, depthwiseBackpropInput } from './depthwiseGradients';
import { poolingOnePixel, sliceWithin } from './edges';
import { einsum } from './einsum';
import { identity } from './identity';
import { batchMatMul, fusedMatMul } from './matMul';
import { maxPoolGrad } from './maxPoolGrad';
import { keepingNaN, keepingNaNOfBoth, maxPoolKeepingNaN } from './notANumber';
import { prelu } from './prelu';
import { registerComposed } from './registry';
import { resizeNearestNeighborGrad } from './resizeNearestNeighborGrad';
import { sign } from './sign';
import { accurateSum } from './sums';
import { unsortedSegmentSum } from './unsortedSegmentSum';

/** Kernels that hand part of their calls on to the stock ones. */
const wrappers: Readonly<Record<string, (stock: KernelFunc) => KernelFunc>> = {
  Conv2D: (stock) => inBothLayouts(['x'], true)(convolution(stock)),
  FusedConv2D: fusedConvolution,
  DepthwiseConv2dNative: depthwise,
  FusedDepthwiseConv2D: fusedDepthwise,
  Conv2DBackpropInput: (stock) => inBothLayouts(['dy'], true)(conv2dBackpropInput(stock)),
  BatchMatMul: batchMatMul,
  _FusedMatMul: fusedMatMul,
  Sum: accurateSum(false),
  Mean: accurateSum(true),
  Sign: sign,
  Prelu: prelu,
  Relu6: keepingNaN,
  ClipByValue: keepingNaN,
  Maximum: keepingNaNOfBoth,
  Minimum: keepingNaNOfBoth,
  MaxPool: (stock) => poolingOnePixel(maxPoolKeepingNaN(stock)),
  AvgPool: poolingOnePixel,
  Slice: sliceWithin,
};

/**
 * Registers what the stock wasm backend lacks or gets wrong and a CNN needs, composed from stock kernels or written out
 * in TypeScript: right everywhere, and the fallback where the native kernels can't run. Idempotent.
 */
export function registerComposedKernels(): void {
  registerComposed('Conv2DBackpropFilter', inBothLayouts(['x', 'dy'], false)(conv2dBackpropFilter), false);
  registerComposed('DepthwiseConv2dNativeBackpropFilter', depthwiseBackpropFilter, false);
  registerComposed('DepthwiseConv2dNativeBackpropInput', depthwiseBackpropInput, false);
  registerComposed('UnsortedSegmentSum', unsortedSegmentSum, false);
  registerComposed('Conv3DBackpropFilterV2', conv3dBackpropFilter, true);
  registerComposed('Conv3DBackpropInputV2', conv3dBackpropInput, true);
  registerComposed('MaxPoolGrad', maxPoolGrad, true);
  registerComposed('ResizeNearestNeighborGrad', resizeNearestNeighborGrad, true);
  registerComposed('Identity', identity, true);
  if (getKernel('Einsum', 'wasm') === undefined) registerComposed('Einsum', einsum, false);
  for (const [name, wrap] of Object.entries(wrappers)) {
    const stock = getKernel(name, 'wasm');
    if (stock) registerComposed(name, wrap(stock.kernelFunc), true);
  }
}

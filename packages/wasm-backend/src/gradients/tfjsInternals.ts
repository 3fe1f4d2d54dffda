/*
 * What tfjs-core's gradient definitions import from the rest of tfjs-core, by the names they use: what is public,
 * and one kernel call each for the rest. Shapes need no checks here: the forward operation has made them.
 */
import { backend_util, engine, type NamedAttrMap, slice_util, type Tensor, util } from '@tensorflow/tfjs-core';

export * from './tfjsPublic';

export const assertAndGetBroadcastShape: typeof backend_util.assertAndGetBroadcastShape =
  backend_util.assertAndGetBroadcastShape;
export const checkPadOnDimRoundingMode: typeof backend_util.checkPadOnDimRoundingMode =
  backend_util.checkPadOnDimRoundingMode;
export const computeOutAndReduceShapes: typeof backend_util.computeOutAndReduceShapes =
  backend_util.computeOutAndReduceShapes;
export const eitherStridesOrDilationsAreOne: typeof backend_util.eitherStridesOrDilationsAreOne =
  backend_util.eitherStridesOrDilationsAreOne;
export const expandShapeToKeepDim: typeof backend_util.expandShapeToKeepDim = backend_util.expandShapeToKeepDim;
export const getAxesPermutation: typeof backend_util.getAxesPermutation = backend_util.getAxesPermutation;
export const getReductionAxes: typeof backend_util.getReductionAxes = backend_util.getReductionAxes;
export const getUndoAxesPermutation: typeof backend_util.getUndoAxesPermutation = backend_util.getUndoAxesPermutation;
export const SELU_SCALE: typeof backend_util.SELU_SCALE = backend_util.SELU_SCALE;
export const SELU_SCALEALPHA: typeof backend_util.SELU_SCALEALPHA = backend_util.SELU_SCALEALPHA;
export const tupleValuesAreOne: typeof backend_util.tupleValuesAreOne = backend_util.tupleValuesAreOne;
export const assert: typeof util.assert = util.assert;
export const parseAxisParam: typeof util.parseAxisParam = util.parseAxisParam;
export const sizeFromShape: typeof util.sizeFromShape = util.sizeFromShape;
export const parseSliceParams: typeof slice_util.parseSliceParams = slice_util.parseSliceParams;

type Attrs = Record<string, unknown>;

const run = (kernel: string, inputs: Record<string, Tensor>, attrs: Attrs = {}): Tensor =>
  engine().runKernel(kernel, inputs, attrs as NamedAttrMap) as Tensor;

export const ENGINE: { runKernel: typeof run } = { runKernel: run };

export const avgPoolGrad = (dy: Tensor, input: Tensor, filterSize: unknown, strides: unknown, pad: unknown): Tensor =>
  run('AvgPoolGrad', { dy, input }, { filterSize, strides, pad });

export const avgPool3dGrad = (
  dy: Tensor,
  input: Tensor,
  filterSize: unknown,
  strides: unknown,
  pad: unknown,
  dimRoundingMode: unknown,
): Tensor => run('AvgPool3DGrad', { dy, input }, { filterSize, strides, pad, dimRoundingMode });

export const maxPoolGrad = (
  dy: Tensor,
  input: Tensor,
  output: Tensor,
  filterSize: unknown,
  strides: unknown,
  pad: unknown,
  dimRoundingMode: unknown,
): Tensor => run('MaxPoolGrad', { dy, input, output }, { filterSize, strides, pad, dimRoundingMode });

export const maxPool3dGrad = (
  dy: Tensor,
  input: Tensor,
  output: Tensor,
  filterSize: unknown,
  strides: unknown,
  pad: unknown,
  dimRoundingMode: unknown,
): Tensor => run('MaxPool3DGrad', { dy, input, output }, { filterSize, strides, pad, dimRoundingMode });

export const conv2DBackpropFilter = (
  x: Tensor,
  dy: Tensor,
  filterShape: unknown,
  strides: unknown,
  pad: unknown,
  dataFormat: unknown = 'NHWC',
  dimRoundingMode?: unknown,
): Tensor => run('Conv2DBackpropFilter', { x, dy }, { strides, pad, dataFormat, dimRoundingMode, filterShape });

export const conv2DBackpropInput = (
  inputShape: unknown,
  dy: Tensor,
  filter: Tensor,
  strides: unknown,
  pad: unknown,
  dataFormat: unknown = 'NHWC',
  dimRoundingMode?: unknown,
): Tensor => run('Conv2DBackpropInput', { dy, filter }, { strides, pad, dataFormat, dimRoundingMode, inputShape });

export const conv3DBackpropFilter = (
  x: Tensor,
  dy: Tensor,
  filterShape: unknown,
  strides: unknown,
  pad: unknown,
): Tensor => run('Conv3DBackpropFilterV2', { x, dy }, { strides, pad, filterShape });

export const conv3DBackpropInput = (
  inputShape: unknown,
  dy: Tensor,
  filter: Tensor,
  strides: unknown,
  pad: unknown,
): Tensor => run('Conv3DBackpropInputV2', { dy, filter }, { pad, strides, inputShape });

export const depthwiseConv2dNativeBackpropFilter = (
  x: Tensor,
  dy: Tensor,
  filterShape: unknown,
  strides: unknown,
  pad: unknown,
  dilations: unknown = [1, 1],
  dimRoundingMode?: unknown,
): Tensor =>
  run('DepthwiseConv2dNativeBackpropFilter', { x, dy }, { strides, pad, dimRoundingMode, dilations, filterShape });

export const depthwiseConv2dNativeBackpropInput = (
  inputShape: unknown,
  dy: Tensor,
  filter: Tensor,
  strides: unknown,
  pad: unknown,
  dilations: unknown = [1, 1],
  dimRoundingMode?: unknown,
): Tensor =>
  run('DepthwiseConv2dNativeBackpropInput', { dy, filter }, { strides, pad, dimRoundingMode, dilations, inputShape });

export const localResponseNormalizationBackprop = (
  x: Tensor,
  y: Tensor,
  dy: Tensor,
  depthRadius = 5,
  bias = 1,
  alpha = 1,
  beta = 0.5,
): Tensor => run('LRNGrad', { x, y, dy }, { depthRadius, bias, alpha, beta });

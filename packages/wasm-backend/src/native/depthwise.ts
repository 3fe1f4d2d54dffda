import { backend_util, type KernelFunc, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { DepthwiseShape } from './exports';
import { addressOf, produce, type WasmBackend } from './heap';
import { kernelsOf } from './module';
import { type NativeKernel, replaceKernel } from './registry';

type Conv2DInfo = typeof backend_util.computeConv2DInfo;
type Shape4D = [number, number, number, number];

interface DepthwiseAttrs {
  strides: Parameters<Conv2DInfo>[2];
  dilations?: Parameters<Conv2DInfo>[3];
  pad: Parameters<Conv2DInfo>[4];
  dimRoundingMode?: Parameters<Conv2DInfo>[5];
}

function shapeOf(args: Parameters<KernelFunc>[0], inputShape: number[], filterShape: number[]): DepthwiseShape {
  const { strides, dilations, pad, dimRoundingMode } = args.attrs as unknown as DepthwiseAttrs;
  const shapes = [inputShape as Shape4D, filterShape as Shape4D] as const;
  const info = backend_util.computeConv2DInfo(...shapes, strides, dilations ?? 1, pad, dimRoundingMode, true);
  const { batchSize, inHeight, inWidth, inChannels, filterHeight, filterWidth, outHeight, outWidth, padInfo } = info;
  const image = [batchSize, inHeight, inWidth, inChannels, filterShape[3]!] as const;
  const steps = [info.strideHeight, info.strideWidth, info.dilationHeight, info.dilationWidth] as const;
  return [...image, filterHeight, filterWidth, ...steps, padInfo.top, padInfo.left, outHeight, outWidth];
}

const backpropFilter: NativeKernel = (args, replaced) => {
  const { x, dy } = args.inputs as { x: TensorInfo; dy: TensorInfo };
  const { filterShape } = args.attrs as unknown as { filterShape: number[] };
  if (x.dtype !== 'float32' || dy.dtype !== 'float32') return replaced(args);
  const shape = shapeOf(args, x.shape, filterShape);
  const backend = args.backend as WasmBackend;
  const kernels = kernelsOf(backend);
  return produce(backend, filterShape, (dw) => {
    kernels.zero(dw, util.sizeFromShape(filterShape) * 4);
    kernels.depthwiseFilterGradient(addressOf(backend, x), addressOf(backend, dy), dw, ...shape);
  });
};

const backpropInput: NativeKernel = (args, replaced) => {
  const { dy, filter } = args.inputs as { dy: TensorInfo; filter: TensorInfo };
  const { inputShape } = args.attrs as unknown as { inputShape: number[] };
  if (filter.dtype !== 'float32' || dy.dtype !== 'float32') return replaced(args);
  const shape = shapeOf(args, inputShape, filter.shape);
  const backend = args.backend as WasmBackend;
  const kernels = kernelsOf(backend);
  return produce(backend, inputShape, (dx) => {
    kernels.zero(dx, util.sizeFromShape(inputShape) * 4);
    kernels.depthwiseInputGradient(addressOf(backend, dy), addressOf(backend, filter), dx, ...shape);
  });
};

/** Registers both gradients of depthwise convolutions, for all strides, paddings, dilations and multipliers. */
export function registerDepthwiseGradients(): void {
  replaceKernel('DepthwiseConv2dNativeBackpropFilter', backpropFilter);
  replaceKernel('DepthwiseConv2dNativeBackpropInput', backpropInput);
}

/** `out[s] = Σ x[i]` over ids[i] = s; ids outside 0 … numSegments − 1 take no part. The gradient of gather and embedding. */
const segmentSum: NativeKernel = (args, replaced) => {
  const { x, segmentIds } = args.inputs as { x: TensorInfo; segmentIds: TensorInfo };
  const { numSegments } = args.attrs as unknown as { numSegments: number };
  const fits = segmentIds.shape.length === 1 && segmentIds.shape[0] === x.shape[0] && segmentIds.dtype === 'int32';
  if (!fits || x.dtype !== 'float32') return replaced(args);
  const backend = args.backend as WasmBackend;
  const kernels = kernelsOf(backend);
  const rest = x.shape.slice(1);
  const size = util.sizeFromShape(rest);
  return produce(backend, [numSegments, ...rest], (out) => {
    kernels.zero(out, numSegments * size * 4);
    kernels.segmentSum(addressOf(backend, x), addressOf(backend, segmentIds), x.shape[0]!, size, numSegments, out);
  });
};

/** Registers UnsortedSegmentSum along the first axis. */
export function registerSegmentSum(): void {
  replaceKernel('UnsortedSegmentSum', segmentSum);
}

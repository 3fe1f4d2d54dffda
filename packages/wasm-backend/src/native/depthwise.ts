import { backend_util, type KernelFunc, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { finishRows } from './epilogue';
import type { DepthwiseShape } from './exports';
import { following } from './following';
import { addressOf, produce, type WasmBackend } from './heap';
import { kernelsOf } from './module';
import { type NativeKernel, replaceKernel } from './registry';
import { portions, ranges } from './shares';
import { type Part, runParts } from './threads';
import { Workspace } from './workspace';

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

/** The images, one share per thread: the shape of a share, and the bytes before its first image and its first output. */
function shares(backend: WasmBackend, shape: DepthwiseShape, share = portions) {
  const [n, h, w, ci, k, kh, kw, , , , , , , ho, wo] = shape;
  return share(backend, n, 1, 'product', n * ho * wo * ci * k * kh * kw).map(([first, last]) => ({
    shape: shape.with(0, last - first) as DepthwiseShape,
    input: first * h * w * ci * 4,
    output: first * ho * wo * ci * k * 4,
  }));
}

const forward: NativeKernel = (args, replaced) => {
  const { x, filter, bias } = args.inputs as { x: TensorInfo; filter: TensorInfo; bias?: TensorInfo };
  const finish = following((args.attrs ?? {}) as Record<string, unknown>);
  const { dataFormat } = args.attrs as unknown as { dataFormat?: string };
  if (!finish || dataFormat === 'NCHW' || x.dtype !== 'float32' || filter.dtype !== 'float32') return replaced(args);
  const shape = shapeOf(args, x.shape, filter.shape);
  const [n, , , ci, k, , , , , , , , , ho, wo] = shape;
  if (bias && util.sizeFromShape(bias.shape) !== ci * k) return replaced(args);
  const backend = args.backend as WasmBackend;
  const kernels = kernelsOf(backend);
  return produce(backend, [n, ho, wo, ci * k], (y) => {
    const [from, taps] = [addressOf(backend, x), addressOf(backend, filter)];
    const parts = shares(backend, shape).map(({ shape: share, input, output }): Part => {
      return ['depthwise', from + input, taps, y + output, ...share];
    });
    runParts(backend, parts);
    if (bias) finishRows(backend, y, [n, ho * wo, ci * k], { bias: addressOf(backend, bias), relu: false });
    finish(kernels, y, n * ho * wo * ci * k);
  });
};

const backpropFilter: NativeKernel = (args, replaced) => {
  const { x, dy } = args.inputs as { x: TensorInfo; dy: TensorInfo };
  const { filterShape } = args.attrs as unknown as { filterShape: number[] };
  if (x.dtype !== 'float32' || dy.dtype !== 'float32') return replaced(args);
  const shape = shapeOf(args, x.shape, filterShape);
  const backend = args.backend as WasmBackend;
  const kernels = kernelsOf(backend);
  const size = util.sizeFromShape(filterShape);
  return produce(backend, filterShape, (dw) => {
    const work = new Workspace();
    const [own, ...others] = shares(backend, shape, ranges);
    // The first share goes straight to dw; the others are added to it in the order of the images.
    const rooms = others.map((share) => ({ share, room: work.reserve(size * 4) }));
    work.run(backend, () => {
      const [from, slope] = [addressOf(backend, x), addressOf(backend, dy)];
      const all = [{ share: own!, to: dw }, ...rooms.map(({ share, room }) => ({ share, to: room() }))];
      const parts = all.map(({ share, to }): Part => {
        kernels.zero(to, size * 4);
        return ['depthwiseFilterGradient', from + share.input, slope + share.output, to, ...share.shape];
      });
      runParts(backend, parts);
      for (const { room } of rooms) kernels.addInto(dw, room(), size);
    });
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
    const [slope, taps] = [addressOf(backend, dy), addressOf(backend, filter)];
    const parts = shares(backend, shape).map(({ shape: share, input, output }): Part => {
      return ['depthwiseInputGradient', slope + output, taps, dx + input, ...share];
    });
    runParts(backend, parts);
  });
};

/** Registers depthwise convolution, its fused form and both gradients, for all strides, paddings, dilations and multipliers. */
export function registerDepthwise(): void {
  replaceKernel('DepthwiseConv2dNative', forward);
  replaceKernel('FusedDepthwiseConv2D', forward);
  replaceKernel('DepthwiseConv2dNativeBackpropFilter', backpropFilter);
  replaceKernel('DepthwiseConv2dNativeBackpropInput', backpropInput);
}

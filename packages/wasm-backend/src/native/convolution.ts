import { backend_util, type KernelFunc, type TensorInfo } from '@tensorflow/tfjs-core';
import {
  type ConvolutionShape,
  contiguousRows,
  type Frame,
  imagesPerGroup,
  inputFrame,
  inputGradientPhases,
  pixelOffsets,
  tapOffsets,
} from './convolutionTables';
import { addressOf, produce, type WasmBackend } from './heap';
import { kernelsOf, type Placement } from './module';
import { type NativeKernel, replaceKernel } from './registry';
import { Workspace } from './workspace';

/** Steps of a sum that are packed together: a panel of B then stays in the first-level cache. */
const block = 512;
const tileBytes = 128;
const upTo8 = (columns: number): number => Math.ceil(columns / 8) * 8;

interface ConvolutionAttrs {
  strides: number | [number, number];
  pad: Parameters<typeof backend_util.computeConv2DInfo>[4];
  dataFormat?: 'NHWC' | 'NCHW';
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
  dilations?: number | [number, number];
}

/** The shape of a convolution from a kernel's attributes; undefined where channels come first. */
export function convolutionShape(
  args: Parameters<KernelFunc>[0],
  inputShape: number[],
  filterShape: number[],
): ConvolutionShape | undefined {
  const { strides, pad, dataFormat, dimRoundingMode, dilations } = args.attrs as unknown as ConvolutionAttrs;
  if (dataFormat === 'NCHW') return undefined;
  const info = backend_util.computeConv2DInfo(
    inputShape as [number, number, number, number],
    filterShape as [number, number, number, number],
    strides,
    dilations ?? 1,
    pad,
    dimRoundingMode,
  );
  return {
    n: info.batchSize,
    h: info.inHeight,
    w: info.inWidth,
    ci: info.inChannels,
    kh: info.filterHeight,
    kw: info.filterWidth,
    sh: info.strideHeight,
    sw: info.strideWidth,
    dh: info.dilationHeight,
    dw: info.dilationWidth,
    top: info.padInfo.top,
    left: info.padInfo.left,
    ho: info.outHeight,
    wo: info.outWidth,
    co: info.outChannels,
  };
}

/** The zeroed room for one group of framed images, and how to place images there. */
function framing(work: Workspace, frame: Frame, h: number, w: number, channels: number, group: number) {
  const bytes = frame.inPlace ? 0 : group * frame.hp * frame.wp * channels * 4;
  const room = work.reserve(bytes);
  return {
    place(backend: WasmBackend, x: number): Placement {
      if (bytes > 0) kernelsOf(backend).zero(room(), bytes);
      const { top, left, hp, wp } = frame;
      return [x, h, w, channels, top, left, hp, wp, bytes > 0 ? room() : 0];
    },
  };
}

/** dW[ky, kx, ci, co] = Σ x[n, oy·s + ky·d − pad, …, ci] · dy[n, oy, ox, co] into the address `dw`. */
export function filterGradient(backend: WasmBackend, shape: ConvolutionShape, x: number, dy: number, dw: number): void {
  const kernels = kernelsOf(backend);
  const { n, h, w, ci, kh, kw, ho, wo, co } = shape;
  const pixels = ho * wo;
  if (n * pixels * ci === 0) {
    kernels.zero(dw, kh * kw * ci * co * 4);
    return;
  }
  const frame = inputFrame(shape);
  const group = imagesPerGroup(n, pixels, frame.hp * frame.wp * ci * 4);
  const work = new Workspace();
  const framed = framing(work, frame, h, w, ci, group);
  const taps = tapOffsets(shape, frame);
  const [tapTable, pixelTable] = [work.table(taps), work.table(pixelOffsets(shape, frame, group))];
  const rowsC = work.table(contiguousRows(taps.length, co * 4));
  const [packed, tile] = [work.reserve(block * upTo8(co) * 4), work.reserve(tileBytes)];
  work.run(backend, () => {
    const placement = framed.place(backend, x);
    const rows = [tapTable(), taps.length, rowsC()] as const;
    const steps = [pixelTable(), pixels, block] as const;
    kernels.filterGradient(...placement, 0, n, group, ...rows, ...steps, dy, co, dw, packed(), tile());
  });
}

/** dx[n, iy, ix, ci] = Σ dy[n, oy, ox, co] · W[ky, kx, ci, co] over all oy·s + ky·d − pad = iy, into the address `dx`. */
export function inputGradient(backend: WasmBackend, shape: ConvolutionShape, dy: number, w: number, dx: number): void {
  const kernels = kernelsOf(backend);
  const { n, ci, kh, kw, sh, sw, ho, wo, co } = shape;
  const dxBytes = n * shape.h * shape.w * ci * 4;
  if (dxBytes === 0 || n * ho * wo * co === 0) {
    kernels.zero(dx, dxBytes);
    return;
  }
  const { frame, phases, group } = inputGradientPhases(shape);
  const work = new Workspace();
  const framed = framing(work, frame, ho, wo, co, group);
  const [transposed, packed] = [work.reserve(kh * kw * co * ci * 4), work.reserve(kh * kw * co * upTo8(ci) * 4)];
  const tile = work.reserve(tileBytes);
  const addresses = phases.map(({ tables, taps }) => ({
    rowsA: work.table(tables.rowsA),
    rowsC: work.table(tables.rowsC),
    steps: work.table(tables.steps),
    taps: work.table(taps),
  }));
  work.run(backend, () => {
    const placement = framed.place(backend, dy);
    if (phases.length < Math.min(sh, shape.h) * Math.min(sw, shape.w)) kernels.zero(dx, dxBytes);
    phases.forEach(({ tables, taps }, i) => {
      const { rowsA, rowsC, steps, taps: tapTable } = addresses[i]!;
      kernels.transposeTaps(w, tapTable(), taps.length, ci, co, transposed());
      const k = tables.steps.length;
      for (let k0 = 0, to = packed(); k0 < k; k0 += block) {
        const count = Math.min(block, k - k0);
        kernels.packRows(transposed() + k0 * ci * 4, count, ci, ci * 4, to);
        to += count * upTo8(ci) * 4;
      }
      const rows = [rowsA(), rowsC(), tables.m] as const;
      const image = shape.h * shape.w * ci * 4;
      kernels.convolve(...placement, 0, n, group, ...rows, steps(), k, block, packed(), ci, dx, image, tile());
    });
  });
}

const isFloat = (...tensors: TensorInfo[]): boolean => tensors.every(({ dtype }) => dtype === 'float32');

const backpropFilter: NativeKernel = (args, replaced) => {
  const { x, dy } = args.inputs as { x: TensorInfo; dy: TensorInfo };
  const { filterShape } = args.attrs as unknown as { filterShape: number[] };
  const shape = isFloat(x, dy) ? convolutionShape(args, x.shape, filterShape) : undefined;
  if (shape === undefined) return replaced(args);
  const backend = args.backend as WasmBackend;
  return produce(backend, filterShape, (dw) => {
    filterGradient(backend, shape, addressOf(backend, x), addressOf(backend, dy), dw);
  });
};

const backpropInput: NativeKernel = (args, replaced) => {
  const { dy, filter } = args.inputs as { dy: TensorInfo; filter: TensorInfo };
  const { inputShape } = args.attrs as unknown as { inputShape: number[] };
  const shape = isFloat(dy, filter) ? convolutionShape(args, inputShape, filter.shape) : undefined;
  if (shape === undefined) return replaced(args);
  const backend = args.backend as WasmBackend;
  return produce(backend, inputShape, (dx) => {
    inputGradient(backend, shape, addressOf(backend, dy), addressOf(backend, filter), dx);
  });
};

/**
 * Registers both gradients of conv2d, channels last, for all strides, paddings and dilations (an attribute `dilations`
 * is read where it is given; tfjs's own gradient never gives one).
 */
export function registerConvolutionGradients(): void {
  replaceKernel('Conv2DBackpropFilter', backpropFilter);
  replaceKernel('Conv2DBackpropInput', backpropInput);
}

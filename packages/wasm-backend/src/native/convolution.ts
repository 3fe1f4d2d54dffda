import { backend_util, type KernelFunc } from '@tensorflow/tfjs-core';
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
import { type Epilogue, finishRows, nothing, watchers } from './epilogue';
import type { KernelExports, Placement } from './exports';
import type { WasmBackend } from './heap';
import { kernelsOf } from './module';
import {
  isPointwise,
  pointwiseConvolve,
  pointwiseFilterGradient,
  pointwiseInputGradient,
  suitsPointwise,
} from './pointwise';
import { type Part, ranges, runParts } from './threads';
import { suitsWinograd, winogradConvolve, winogradFilterGradient, winogradInputGradient } from './winograd';
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

/** Multiplications of the convolution, which are those of each gradient. */
const products = ({ n, ho, wo, kh, kw, ci, co }: ConvolutionShape): number => n * ho * wo * kh * kw * ci * co;

/** Shares of the images, one per thread, each with zeroed room for one group of framed images and a tile. */
function imageShares(
  backend: WasmBackend,
  work: Workspace,
  frame: Frame,
  [images, h, w, channels]: readonly [number, number, number, number],
  group: number,
  operations: number,
) {
  const bytes = frame.inPlace ? 0 : group * frame.hp * frame.wp * channels * 4;
  return ranges(backend, images, group, 'product', operations).map(([first, last]) => {
    const [room, tile] = [work.reserve(bytes), work.reserve(tileBytes)];
    return {
      first,
      last,
      tile,
      place(x: number): Placement {
        if (bytes > 0) kernelsOf(backend).zero(room(), bytes);
        const { top, left, hp, wp } = frame;
        return [x, h, w, channels, top, left, hp, wp, bytes > 0 ? room() : 0];
      },
    };
  });
}

/** y[n, oy, ox, co] = Σ x[n, oy·s + ky·d − pad, …, ci] · W[ky, kx, ci, co], then the epilogue, into the address `y`. */
export function convolve(
  backend: WasmBackend,
  shape: ConvolutionShape,
  [x, filter, y]: readonly [x: number, filter: number, y: number],
  epilogue: Epilogue,
): void {
  const kernels = kernelsOf(backend);
  const { n, h, w, ci, ho, wo, co } = shape;
  const pixels = ho * wo;
  if (n * pixels * co === 0) return;
  if (ci > 0 && isPointwise(shape)) {
    pointwiseConvolve(backend, shape, x, filter, y);
    finishRows(backend, y, [n, pixels, co], epilogue);
    return;
  }
  if (suitsWinograd(shape)) {
    winogradConvolve(backend, shape, [x, filter, y], epilogue);
    return;
  }
  const frame = inputFrame(shape);
  const group = imagesPerGroup(n, pixels, frame.hp * frame.wp * ci * 4);
  const work = new Workspace();
  const shares = imageShares(backend, work, frame, [n, h, w, ci], group, products(shape));
  const taps = tapOffsets(shape, frame);
  const [rowsA, steps] = [work.table(pixelOffsets(shape, frame, group)), work.table(taps)];
  const rowsC = work.table(contiguousRows(group * pixels, co * 4));
  const packed = work.reserve(taps.length * upTo8(co) * 4);
  const watching = watchers(work, epilogue.watch, [pixels * co, co], shares.length);
  work.run(backend, () => {
    packBlocks(kernels, filter, taps.length, co, packed());
    const rows = [rowsA(), rowsC(), pixels] as const;
    const product = [steps(), taps.length, block, packed(), co, y, pixels * co * 4] as const;
    const finish = [epilogue.bias, epilogue.relu] as const;
    const parts = shares.map(({ first, last, place, tile }, i): Part => {
      const end = [...finish, tile(), ...watching.placeOf(i)] as const;
      return ['convolve', ...place(x), first, last, group, ...rows, ...product, ...end];
    });
    watching.run(backend, parts);
  });
}

/** Packs a contiguous matrix f32[k, columns] block by block. */
function packBlocks(kernels: KernelExports, from: number, k: number, columns: number, to: number): void {
  for (let k0 = 0; k0 < k; k0 += block) {
    const count = Math.min(block, k - k0);
    kernels.packRows(from + k0 * columns * 4, count, columns, columns * 4, to + k0 * upTo8(columns) * 4);
  }
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
  if (co > 0 && suitsPointwise(shape)) {
    pointwiseFilterGradient(backend, shape, x, dy, dw);
    return;
  }
  if (suitsWinograd(shape)) {
    winogradFilterGradient(backend, shape, x, dy, dw);
    return;
  }
  const frame = inputFrame(shape);
  const group = imagesPerGroup(n, pixels, frame.hp * frame.wp * ci * 4);
  const work = new Workspace();
  const shares = imageShares(backend, work, frame, [n, h, w, ci], group, products(shape));
  const taps = tapOffsets(shape, frame);
  const [tapTable, pixelTable] = [work.table(taps), work.table(pixelOffsets(shape, frame, group))];
  const rowsC = work.table(contiguousRows(taps.length, co * 4));
  const packed = shares.map(() => work.reserve(block * upTo8(co) * 4));
  // The first share goes straight to dw; the others are added to it in the order of the images.
  const others = shares.slice(1).map(() => work.reserve(taps.length * co * 4));
  work.run(backend, () => {
    const rows = [tapTable(), taps.length, rowsC()] as const;
    const steps = [pixelTable(), pixels, block] as const;
    const parts = shares.map(({ first, last, place, tile }, i): Part => {
      const out = [dy, co, i === 0 ? dw : others[i - 1]!(), packed[i]!()] as const;
      return ['filterGradient', ...place(x), first, last, group, ...rows, ...steps, ...out, tile()];
    });
    runParts(backend, parts);
    for (const other of others) kernels.addInto(dw, other(), taps.length * co);
  });
}

/** dx[n, iy, ix, ci] = Σ dy[n, oy, ox, co] · W[ky, kx, ci, co] over all oy·s + ky·d − pad = iy, into the address `dx`. */
export function inputGradient(
  backend: WasmBackend,
  shape: ConvolutionShape,
  [dy, w, dx]: readonly [dy: number, w: number, dx: number],
): void {
  const kernels = kernelsOf(backend);
  const { n, ci, kh, kw, sh, sw, ho, wo, co } = shape;
  const dxBytes = n * shape.h * shape.w * ci * 4;
  if (dxBytes === 0 || n * ho * wo * co === 0) {
    kernels.zero(dx, dxBytes);
    return;
  }
  if (isPointwise(shape)) {
    pointwiseInputGradient(backend, shape, dy, w, dx);
    return;
  }
  if (suitsWinograd({ ...shape, ho: shape.h, wo: shape.w })) {
    winogradInputGradient(backend, shape, dy, w, dx);
    return;
  }
  const { frame, phases, group } = inputGradientPhases(shape);
  const work = new Workspace();
  const shares = imageShares(backend, work, frame, [n, ho, wo, co], group, products(shape));
  const [transposed, packed] = [work.reserve(kh * kw * co * ci * 4), work.reserve(kh * kw * co * upTo8(ci) * 4)];
  const addresses = phases.map(({ tables, taps }) => ({
    rowsA: work.table(tables.rowsA),
    rowsC: work.table(tables.rowsC),
    steps: work.table(tables.steps),
    taps: work.table(taps),
  }));
  work.run(backend, () => {
    const placed = shares.map((share) => ({ ...share, placement: share.place(dy) }));
    if (phases.length < Math.min(sh, shape.h) * Math.min(sw, shape.w)) kernels.zero(dx, dxBytes);
    phases.forEach(({ tables, taps }, i) => {
      const { rowsA, rowsC, steps, taps: tapTable } = addresses[i]!;
      kernels.transposeTaps(w, tapTable(), taps.length, ci, co, transposed());
      const k = tables.steps.length;
      packBlocks(kernels, transposed(), k, ci, packed());
      const rows = [rowsA(), rowsC(), tables.m] as const;
      const product = [steps(), k, block, packed(), ci, dx, shape.h * shape.w * ci * 4] as const;
      const parts = placed.map(({ first, last, placement, tile }): Part => {
        const rest = [nothing.bias, nothing.relu, tile(), 0, 0] as const;
        return ['convolve', ...placement, first, last, group, ...rows, ...product, ...rest];
      });
      runParts(backend, parts);
    });
  });
}

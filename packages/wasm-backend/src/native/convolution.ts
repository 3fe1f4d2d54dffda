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
import type { KernelExports } from './exports';
import type { WasmBackend } from './heap';
import { kernelsOf } from './module';
import {
  isPointwise,
  pointwiseConvolve,
  pointwiseFilterGradient,
  pointwiseInputGradient,
  suitsPointwise,
} from './pointwise';
import { portions, ranges } from './shares';
import { type Part, type PerThread, runParts, threadCount } from './threads';
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

/** For each thread, a tile and zeroed room for one group of framed images. */
function roomFor(
  backend: WasmBackend,
  work: Workspace,
  frame: Frame,
  [h, w, channels]: readonly [number, number, number],
  group: number,
) {
  const threads = threadCount(backend);
  const { inPlace, top, left, hp, wp } = frame;
  const bytes = inPlace ? 0 : group * hp * wp * channels * 4;
  const [room, tile] = [work.reserveEach(threads, bytes), work.reserveEach(threads, tileBytes)];
  const place = (x: number): readonly (number | PerThread)[] => {
    const { at, stride } = room();
    if (bytes > 0) kernelsOf(backend).zero(at, threads * stride);
    return [x, h, w, channels, top, left, hp, wp, bytes > 0 ? room() : 0];
  };
  return { place, tile };
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
  const shares = portions(backend, n, group, 'product', products(shape));
  const { place, tile } = roomFor(backend, work, frame, [h, w, ci], group);
  const taps = tapOffsets(shape, frame);
  const [rowsA, steps] = [work.table(pixelOffsets(shape, frame, group)), work.table(taps)];
  const rowsC = work.table(contiguousRows(group * pixels, co * 4));
  const packed = work.reserve(taps.length * upTo8(co) * 4);
  const threads = shares.length === 1 ? 1 : threadCount(backend);
  const watching = watchers(work, epilogue.watch, [pixels * co, co], threads);
  work.run(backend, () => {
    packBlocks(kernels, filter, taps.length, co, packed());
    const rows = [rowsA(), rowsC(), pixels] as const;
    const product = [steps(), taps.length, block, packed(), co, y, pixels * co * 4] as const;
    const end = [epilogue.bias, epilogue.relu, tile(), ...watching.places()] as const;
    const placement = place(x);
    const parts = shares.map(([first, last]): Part => {
      return ['convolve', ...placement, first, last, group, ...rows, ...product, ...end];
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
  const shares = ranges(backend, n, group, 'product', products(shape));
  const { place, tile } = roomFor(backend, work, frame, [h, w, ci], group);
  const taps = tapOffsets(shape, frame);
  const [tapTable, pixelTable] = [work.table(taps), work.table(pixelOffsets(shape, frame, group))];
  const rowsC = work.table(contiguousRows(taps.length, co * 4));
  const packed = work.reserveEach(shares.length, block * upTo8(co) * 4);
  // The first share goes straight to dw; the others are added to it in the order of the images.
  const others = shares.slice(1).map(() => work.reserve(taps.length * co * 4));
  work.run(backend, () => {
    const rows = [tapTable(), taps.length, rowsC()] as const;
    const steps = [pixelTable(), pixels, block] as const;
    const placement = place(x);
    const parts = shares.map(([first, last], i): Part => {
      const out = [dy, co, i === 0 ? dw : others[i - 1]!(), packed()] as const;
      return ['filterGradient', ...placement, first, last, group, ...rows, ...steps, ...out, tile()];
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
  const shares = portions(backend, n, group, 'product', products(shape));
  const { place, tile } = roomFor(backend, work, frame, [ho, wo, co], group);
  const [transposed, packed] = [work.reserve(kh * kw * co * ci * 4), work.reserve(kh * kw * co * upTo8(ci) * 4)];
  const addresses = phases.map(({ tables, taps }) => ({
    rowsA: work.table(tables.rowsA),
    rowsC: work.table(tables.rowsC),
    steps: work.table(tables.steps),
    taps: work.table(taps),
  }));
  work.run(backend, () => {
    const placement = place(dy);
    if (phases.length < Math.min(sh, shape.h) * Math.min(sw, shape.w)) kernels.zero(dx, dxBytes);
    phases.forEach(({ tables, taps }, i) => {
      const { rowsA, rowsC, steps, taps: tapTable } = addresses[i]!;
      kernels.transposeTaps(w, tapTable(), taps.length, ci, co, transposed());
      const k = tables.steps.length;
      packBlocks(kernels, transposed(), k, ci, packed());
      const rows = [rowsA(), rowsC(), tables.m] as const;
      const product = [steps(), k, block, packed(), ci, dx, shape.h * shape.w * ci * 4] as const;
      const rest = [nothing.bias, nothing.relu, tile(), 0, 0] as const;
      const parts = shares.map(([first, last]): Part => {
        return ['convolve', ...placement, first, last, group, ...rows, ...product, ...rest];
      });
      runParts(backend, parts);
    });
  });
}

import type { ConvolutionShape } from './convolutionTables';
import { type Epilogue, nothing, watchers } from './epilogue';
import type { WasmBackend } from './heap';
import type { Share } from './imageSums';
import { kernelsOf } from './module';
import { portions, ranges } from './shares';
import { type Part, runParts, threadCount } from './threads';
import { Workspace } from './workspace';

const upTo8 = (columns: number): number => Math.ceil(columns / 8) * 8;
/** Bytes of one plane, rounded up to an odd multiple of 64: planes of one tile then share no set of the cache. */
const planeBytes = (bytes: number): number => Math.ceil(bytes / 128) * 128 + 64;
const tiles = (extent: number): number => Math.ceil(extent / 4);

/** Points at which a tile of four outputs is evaluated, along each axis. */
const pointsOf = ({ kh }: ConvolutionShape): number => kh + 3;

/** Whether Winograd's tiles save work: 3 × 3 or 5 × 5, stride 1, channels in fours, and not too many tiles hang over the edge. */
export function suitsWinograd(shape: ConvolutionShape): boolean {
  const { kh, kw, sh, sw, dh, dw, ci, co, ho, wo } = shape;
  if ((kh !== 3 && kh !== 5) || kw !== kh || sh !== 1 || sw !== 1 || dh !== 1 || dw !== 1) return false;
  if (ci % 4 !== 0 || co % 4 !== 0 || Math.min(ci, co) < 8) return false;
  return tiles(ho) * tiles(wo) * pointsOf(shape) ** 2 * 1.5 <= ho * wo * kh * kw;
}

/** Tiles that are transformed, multiplied and transformed back together, so that they stay in the second-level cache. */
function chunkOf(total: number, planes: number, ci: number, co: number): number {
  const fitting = Math.floor(786432 / (planes * 4 * (ci + co)));
  return Math.min(total, Math.max(32, Math.min(128, fitting & ~3)));
}

/** Shares of the tiles, by `unit` tiles, and scratch for each thread. */
function layOut(backend: WasmBackend, work: Workspace, shape: ConvolutionShape, unit?: number, share = portions) {
  const { n, ci, co, ho, wo } = shape;
  const [tilesY, tilesX] = [tiles(ho), tiles(wo)];
  const points = pointsOf(shape);
  const planes = points ** 2;
  const total = n * tilesY * tilesX;
  const chunk = chunkOf(total, planes, ci, co);
  const rows = Math.ceil(chunk / 4) * 4;
  const [planeV, planeM] = [planeBytes(rows * ci * 4), planeBytes(rows * upTo8(co) * 4)];
  const shares = share(backend, total, unit ?? Math.min(chunk, 16), 'product', total * planes * ci * co);
  const threads = threadCount(backend);
  const v = work.reserveEach(threads, planes * planeV);
  const m = work.reserveEach(threads, planes * planeM);
  const scratch = work.reserveEach(threads, Math.max(planes * ci, 16 * co) * 4 + 1536);
  return { points, planes, tilesY, tilesX, chunk, planeV, planeM, shares, threads, v, m, scratch };
}

/** y = x ∗ w, both at their addresses: f32[n, h, w, ci] with f32[taps, taps, ci, co] to f32[n, ho, wo, co]. */
export function winogradConvolve(
  backend: WasmBackend,
  shape: ConvolutionShape,
  [x, w, y]: readonly [x: number, w: number, y: number],
  { bias, relu, watch }: Epilogue,
): void {
  const kernels = kernelsOf(backend);
  const { h, w: width, ci, co, top, left, ho, wo } = shape;
  const work = new Workspace();
  const { points, planes, tilesY, tilesX, chunk, planeV, planeM, shares, threads, v, m, scratch } = layOut(
    backend,
    work,
    shape,
    watch && tiles(ho) * tiles(wo),
  );
  const watching = watchers(work, watch, [ho * wo * co, co], shares.length === 1 ? 1 : threads);
  const planeU = planeBytes(ci * upTo8(co) * 4);
  const u = work.reserve(planes * planeU);
  work.run(backend, () => {
    if (co % 8 !== 0) kernels.zero(u(), planes * planeU);
    kernels.transformFilter(points, w, ci, co, u(), planeU, scratch().at);
    const image = [points, x, h, width, ci, top, left, ho, wo, co, tilesY, tilesX] as const;
    const operands = [chunk, u(), planeU, v(), planeV, m(), planeM, y, bias, relu, scratch()] as const;
    const parts = shares.map(([first, last]): Part => {
      return ['winogradConvolve', ...image, first, last, ...operands, ...watching.places()];
    });
    watching.run(backend, parts);
  });
}

/**
 * Whether the input gradient has fewer tiles by dy than by dx, and images enough for every thread to have whole ones, in
 * which patches overlap.
 */
export const suitsAdjoint = ({ n, kh, h, w, ho, wo }: ConvolutionShape): boolean =>
  kh === 3 && n >= 8 && tiles(ho) * tiles(wo) * 1.15 <= tiles(h) * tiles(w);

/** Goes on through a ReLU whose output lies at `output`, with sums: see `winogradInputGradient` in assembly/winogradAdjoint.as. */
export interface ThroughRelu {
  readonly output: number;
  readonly fill: (share: Share) => void;
}

/** dx f32[n, h, w, ci] from dy f32[n, ho, wo, co]: the forward convolution's adjoint, or one with the filter turned around. */
export function winogradInputGradient(
  backend: WasmBackend,
  shape: ConvolutionShape,
  dy: number,
  w: number,
  dx: number,
  through?: ThroughRelu,
): void {
  const kernels = kernelsOf(backend);
  const { h, w: width, ci, co, kh, top, left, ho, wo } = shape;
  const [last, count] = [kh - 1, kh * kh];
  const turned = { ...shape, h: ho, w: wo, ci: co, co: ci, top: last - top, left: last - left, ho: h, wo: width };
  const work = new Workspace();
  const adjoint = suitsAdjoint(shape);
  const transposed = work.reserve(count * ci * co * 4);
  const taps = work.table(Uint32Array.from({ length: count }, (_, tap) => (adjoint ? tap : count - 1 - tap)));
  work.run(backend, () => {
    kernels.transposeTaps(w, taps(), count, ci, co, transposed());
    if (adjoint) scatterTiles(backend, shape, [dy, transposed(), dx], through);
    else winogradConvolve(backend, turned, [dy, transposed(), dx], nothing);
  });
}

/** The adjoint of `winogradConvolve`: w f32[taps, taps, co, ci]. */
function scatterTiles(
  backend: WasmBackend,
  shape: ConvolutionShape,
  [dy, w, dx]: readonly [dy: number, w: number, dx: number],
  through: ThroughRelu | undefined,
): void {
  const kernels = kernelsOf(backend);
  const { h, w: width, ci, co, top, left, ho, wo } = shape;
  const work = new Workspace();
  const channels = { ...shape, ci: co, co: ci };
  const perImage = tiles(ho) * tiles(wo);
  const found = layOut(backend, work, channels, perImage);
  const { points, planes, tilesY, tilesX, chunk, planeV, planeM, shares, v, m, scratch } = found;
  const planeU = planeBytes(co * upTo8(ci) * 4);
  const u = work.reserve(planes * planeU);
  work.run(backend, () => {
    if (ci % 8 !== 0) kernels.zero(u(), planes * planeU);
    kernels.transformFilter(points, w, co, ci, u(), planeU, scratch().at);
    const part = (first: number, last: number, output: number, sums: number): Part => {
      const image = [dy, ho, wo, co, top, left, h, width, ci, tilesY, tilesX, first, last, chunk] as const;
      return ['winogradInputGradient', ...image, u(), planeU, v(), planeV, m(), planeM, dx, scratch(), output, sums];
    };
    if (through)
      through.fill((first, count, _rows, _columns, sums) =>
        part(first * perImage, (first + count) * perImage, through.output, sums),
      );
    else
      runParts(
        backend,
        shares.map(([first, last]) => part(first, last, 0, 0)),
      );
  });
}

/** dw f32[taps, taps, ci, co] from x f32[n, h, w, ci] and dy f32[n, ho, wo, co]. */
export function winogradFilterGradient(
  backend: WasmBackend,
  shape: ConvolutionShape,
  x: number,
  dy: number,
  dw: number,
): void {
  const kernels = kernelsOf(backend);
  const { h, w, ci, co, top, left, ho, wo } = shape;
  const work = new Workspace();
  const found = layOut(backend, work, shape, undefined, ranges);
  const { points, planes, tilesY, tilesX, chunk, planeV, planeM, shares, v, m, scratch } = found;
  const planeU = planeBytes(ci * upTo8(co) * 4);
  const sums = shares.map(() => work.reserve(planes * planeU));
  work.run(backend, () => {
    const image = [points, x, h, w, ci, top, left, dy, ho, wo, co, tilesY, tilesX] as const;
    const parts = shares.map(([first, last], i): Part => {
      const operands = [sums[i]!(), planeU, v(), planeV, m(), planeM] as const;
      return ['winogradFilterGradient', ...image, first, last, chunk, ...operands, scratch()];
    });
    runParts(backend, parts);
    // The shares are added in the order of the images, whoever computed them.
    const u = sums[0]!();
    for (const other of sums.slice(1)) kernels.addInto(u, other(), (planes * planeU) / 4);
    kernels.transformFilterGradient(points, u, planeU, ci, co, dw, scratch().at);
  });
}

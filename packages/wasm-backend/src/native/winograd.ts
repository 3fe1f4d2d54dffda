import type { ConvolutionShape } from './convolutionTables';
import type { WasmBackend } from './heap';
import { kernelsOf } from './module';
import { type Part, ranges, runParts } from './threads';
import { Workspace } from './workspace';

const upTo8 = (columns: number): number => Math.ceil(columns / 8) * 8;
/** Bytes of one plane, rounded up to an odd multiple of 64: planes of one tile then share no set of the cache. */
const planeBytes = (bytes: number): number => Math.ceil(bytes / 128) * 128 + 64;
const tiles = (extent: number): number => Math.ceil(extent / 4);

/** Whether Winograd's tiles save work: 3 × 3, stride 1, channels in fours, and not too many tiles hang over the edge. */
export function suitsWinograd(shape: ConvolutionShape): boolean {
  const { kh, kw, sh, sw, dh, dw, ci, co, ho, wo } = shape;
  if (kh !== 3 || kw !== 3 || sh !== 1 || sw !== 1 || dh !== 1 || dw !== 1) return false;
  if (ci % 4 !== 0 || co % 4 !== 0 || Math.min(ci, co) < 8) return false;
  return tiles(ho) * tiles(wo) * 36 * 1.5 <= ho * wo * 9;
}

/** Tiles that are transformed, multiplied and transformed back together, so that they stay in the second-level cache. */
function chunkOf(total: number, ci: number, co: number): number {
  const fitting = Math.floor(786432 / (36 * 4 * (ci + co)));
  return Math.min(total, Math.max(32, Math.min(128, fitting & ~3)));
}

/** Shares of the tiles, one per thread, each with scratch of its own. */
function layOut(backend: WasmBackend, work: Workspace, shape: ConvolutionShape) {
  const { n, ci, co, ho, wo } = shape;
  const [tilesY, tilesX] = [tiles(ho), tiles(wo)];
  const total = n * tilesY * tilesX;
  const chunk = chunkOf(total, ci, co);
  const rows = Math.ceil(chunk / 4) * 4;
  const [planeV, planeM] = [planeBytes(rows * ci * 4), planeBytes(rows * upTo8(co) * 4)];
  const shares = ranges(backend, total, Math.min(chunk, 16), 'product', total * 36 * ci * co).map(([first, last]) => ({
    first,
    last,
    v: work.reserve(36 * planeV),
    m: work.reserve(36 * planeM),
    scratch: work.reserve(Math.max(36 * ci, 16 * co) * 4 + 1024),
  }));
  return { tilesY, tilesX, chunk, planeV, planeM, shares };
}

/** y = x ∗ w, both at their addresses: f32[n, h, w, ci] with f32[3, 3, ci, co] to f32[n, ho, wo, co]. */
export function winogradConvolve(backend: WasmBackend, shape: ConvolutionShape, x: number, w: number, y: number): void {
  const kernels = kernelsOf(backend);
  const { h, w: width, ci, co, top, left, ho, wo } = shape;
  const work = new Workspace();
  const { tilesY, tilesX, chunk, planeV, planeM, shares } = layOut(backend, work, shape);
  const planeU = planeBytes(ci * upTo8(co) * 4);
  const u = work.reserve(36 * planeU);
  work.run(backend, () => {
    if (co % 8 !== 0) kernels.zero(u(), 36 * planeU);
    kernels.transformFilter(w, ci, co, u(), planeU, shares[0]!.scratch());
    const image = [x, h, width, ci, top, left, ho, wo, co, tilesY, tilesX] as const;
    const parts = shares.map(({ first, last, v, m, scratch }): Part => {
      const planes = [u(), planeU, v(), planeV, m(), planeM] as const;
      return ['winogradConvolve', ...image, first, last, chunk, ...planes, y, scratch()];
    });
    runParts(backend, parts);
  });
}

/** dx f32[n, h, w, ci] from dy f32[n, ho, wo, co]: the convolution with the filter turned around. */
export function winogradInputGradient(
  backend: WasmBackend,
  shape: ConvolutionShape,
  dy: number,
  w: number,
  dx: number,
): void {
  const kernels = kernelsOf(backend);
  const { h, w: width, ci, co, top, left, ho, wo } = shape;
  const turned = { ...shape, h: ho, w: wo, ci: co, co: ci, top: 2 - top, left: 2 - left, ho: h, wo: width };
  const work = new Workspace();
  const flipped = work.reserve(9 * ci * co * 4);
  const taps = work.table(Uint32Array.from({ length: 9 }, (_, tap) => 8 - tap));
  work.run(backend, () => {
    kernels.transposeTaps(w, taps(), 9, ci, co, flipped());
    winogradConvolve(backend, turned, dy, flipped(), dx);
  });
}

/** dw f32[3, 3, ci, co] from x f32[n, h, w, ci] and dy f32[n, ho, wo, co]. */
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
  const { tilesY, tilesX, chunk, planeV, planeM, shares } = layOut(backend, work, shape);
  const planeU = planeBytes(ci * upTo8(co) * 4);
  const sums = shares.map(() => work.reserve(36 * planeU));
  work.run(backend, () => {
    const image = [x, h, w, ci, top, left, dy, ho, wo, co, tilesY, tilesX] as const;
    const parts = shares.map(({ first, last, v, m, scratch }, i): Part => {
      const planes = [sums[i]!(), planeU, v(), planeV, m(), planeM] as const;
      return ['winogradFilterGradient', ...image, first, last, chunk, ...planes, scratch()];
    });
    runParts(backend, parts);
    // The shares are added in the order of the images, whoever computed them.
    const u = sums[0]!();
    for (const other of sums.slice(1)) kernels.addInto(u, other(), (36 * planeU) / 4);
    kernels.transformFilterGradient(u, planeU, ci, co, dw, shares[0]!.scratch());
  });
}

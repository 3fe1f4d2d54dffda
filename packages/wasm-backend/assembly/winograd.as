import { fma, splat } from './vector';
import { addPlaneProduct, multiplyPlane } from './planes';

// Convolutions of 3 × 3 taps, stride 1, by Winograd's F(4 × 4, 3 × 3): 36 small products instead of 144 per tile of 4 × 4
// outputs (Lavin & Gray 2016, arXiv:1509.09308). Channels are multiples of 4. "Planes" are the 36 positions of a
// transformed tile; `planeX` is the distance between two of them, an odd multiple of 64 bytes, so that the planes of one
// tile fall into different sets of the cache.

/** Bᵀ d, from six vectors `stepIn` apart to six `stepOut` apart. */
// @ts-ignore: decorator
@inline
function input6(from: usize, stepIn: usize, to: usize, stepOut: usize): void {
  const d0 = v128.load(from);
  const d1 = v128.load(from + stepIn);
  const d2 = v128.load(from + 2 * stepIn);
  const d3 = v128.load(from + 3 * stepIn);
  const d4 = v128.load(from + 4 * stepIn);
  const d5 = v128.load(from + 5 * stepIn);
  const four = splat(4);
  const a = f32x4.sub(d4, d2);
  const b = f32x4.sub(d3, d1);
  const b2 = f32x4.add(b, b);
  v128.store(to, fma(four, d0, fma(splat(-5), d2, d4)));
  v128.store(to + stepOut, fma(splat(-4), f32x4.add(d1, d2), f32x4.add(d3, d4)));
  v128.store(to + 2 * stepOut, fma(four, f32x4.sub(d1, d2), f32x4.sub(d4, d3)));
  v128.store(to + 3 * stepOut, f32x4.add(a, b2));
  v128.store(to + 4 * stepOut, f32x4.sub(a, b2));
  v128.store(to + 5 * stepOut, fma(four, d1, fma(splat(-5), d3, d5)));
}

/** One patch f32[6, 6, channels] (rows `row` bytes, pixels `pixel` bytes apart) to 36 planes at `to`. */
function transformPatch(p: usize, row: usize, pixel: usize, channels: i32, to: usize, plane: usize, temp: usize): void {
  const end = p + (channels << 2);
  const planeRow = 6 * plane;
  while (p < end) {
    for (let j: usize = 0; j < 6; j++) input6(p + j * pixel, row, temp + (j << 4), 96);
    for (let i: usize = 0; i < 6; i++) input6(temp + i * 96, 16, to + i * planeRow, plane);
    p += 16;
    to += 16;
  }
}

/** The part of an image inside a patch of `size` × `size` pixels at (y0, x0), in a zeroed f32[size, size, channels]. */
function gather(image: usize, h: i32, w: i32, channels: i32, y0: i32, x0: i32, size: i32, patch: usize): void {
  const pixel = channels << 2;
  memory.fill(patch, 0, size * size * pixel);
  const left = max(x0, 0), right = min(x0 + size, w);
  if (right <= left) return;
  for (let y = max(y0, 0); y < min(y0 + size, h); y++) {
    memory.copy(
      patch + <usize>((y - y0) * size + (left - x0)) * pixel, image + (<usize>y * w + left) * pixel, (right - left) * pixel,
    );
  }
}

/**
 * Tiles `first` to `last` (counted over all images) of x f32[n, h, w, channels] to V f32[36, tiles, channels].
 * `patch`: scratch f32[36 · channels + 144].
 */
export function transformInput(
  x: usize, h: i32, w: i32, channels: i32, top: i32, left: i32, tilesY: i32, tilesX: i32, first: i32, last: i32,
  v: usize, plane: usize, patch: usize,
): void {
  const pixel: usize = channels << 2;
  const temp = patch + 36 * pixel;
  for (let t = first; t < last; t++) {
    const image = t / (tilesY * tilesX);
    const inImage = t - image * tilesY * tilesX;
    const y0 = (inImage / tilesX) * 4 - top;
    const x0 = (inImage % tilesX) * 4 - left;
    const from = x + <usize>image * h * w * pixel;
    if (y0 >= 0 && x0 >= 0 && y0 + 6 <= h && x0 + 6 <= w) {
      transformPatch(from + (<usize>y0 * w + x0) * pixel, w * pixel, pixel, channels, v, plane, temp);
    } else {
      gather(from, h, w, channels, y0, x0, 6, patch);
      transformPatch(patch, 6 * pixel, pixel, channels, v, plane, temp);
    }
    v += pixel;
  }
}

/** Aᵀ m, from six vectors to four. */
// @ts-ignore: decorator
@inline
function output4(from: usize, stepIn: usize, to: usize, stepOut: usize): void {
  const m0 = v128.load(from);
  const m1 = v128.load(from + stepIn);
  const m2 = v128.load(from + 2 * stepIn);
  const m3 = v128.load(from + 3 * stepIn);
  const m4 = v128.load(from + 4 * stepIn);
  const m5 = v128.load(from + 5 * stepIn);
  const s1 = f32x4.add(m1, m2), d1 = f32x4.sub(m1, m2);
  const s2 = f32x4.add(m3, m4), d2 = f32x4.sub(m3, m4);
  v128.store(to, f32x4.add(m0, f32x4.add(s1, s2)));
  v128.store(to + stepOut, fma(splat(2), d2, d1));
  v128.store(to + 2 * stepOut, fma(splat(4), s2, s1));
  v128.store(to + 3 * stepOut, f32x4.add(m5, fma(splat(8), d2, d1)));
}

/** Products M f32[36, tiles, 8 ⌈channels / 8⌉] to y f32[n, ho, wo, channels]. `temp`: scratch f32[96 + 64]. */
export function transformOutput(
  m: usize, plane: usize, ho: i32, wo: i32, channels: i32, tilesY: i32, tilesX: i32, first: i32, last: i32,
  y: usize, temp: usize,
): void {
  const pixel: usize = channels << 2;
  const row: usize = wo * pixel;
  const planeRow = 6 * plane;
  for (let t = first; t < last; t++) {
    const image = t / (tilesY * tilesX);
    const inImage = t - image * tilesY * tilesX;
    const y0 = (inImage / tilesX) * 4;
    const x0 = (inImage % tilesX) * 4;
    const rows = min(4, ho - y0), columns = min(4, wo - x0);
    let to = y + <usize>image * ho * row + y0 * row + x0 * pixel;
    const end = to + pixel;
    const whole = rows == 4 && columns == 4;
    while (to < end) {
      for (let j: usize = 0; j < 6; j++) output4(m + j * plane, planeRow, temp + (j << 4), 96);
      if (whole) {
        for (let i: usize = 0; i < 4; i++) output4(temp + i * 96, 16, to + i * row, pixel);
      } else {
        for (let i = 0; i < rows; i++) {
          output4(temp + i * 96, 16, temp + 384, 16);
          for (let j = 0; j < columns; j++) v128.store(to + i * row + j * pixel, v128.load(temp + 384 + (j << 4)));
        }
      }
      m += 16;
      to += 16;
    }
    // Rows of M hold whole vectors of eight.
    m += (channels & 4) << 2;
  }
}

/** A y, from four vectors to six. */
// @ts-ignore: decorator
@inline
function gradient6(from: usize, stepIn: usize, to: usize, stepOut: usize): void {
  const y0 = v128.load(from);
  const y1 = v128.load(from + stepIn);
  const y2 = v128.load(from + 2 * stepIn);
  const y3 = v128.load(from + 3 * stepIn);
  const e = f32x4.add(y0, y2), o = f32x4.add(y1, y3);
  const e2 = fma(splat(4), y2, y0);
  const o2 = fma(splat(8), y3, f32x4.add(y1, y1));
  v128.store(to, y0);
  v128.store(to + stepOut, f32x4.add(e, o));
  v128.store(to + 2 * stepOut, f32x4.sub(e, o));
  v128.store(to + 3 * stepOut, f32x4.add(e2, o2));
  v128.store(to + 4 * stepOut, f32x4.sub(e2, o2));
  v128.store(to + 5 * stepOut, y3);
}

/** Tiles of dy to packed panels f32[36, ⌈channels / 8⌉, tiles, 8]. `patch`: scratch f32[16 · channels + 144]. */
export function transformGradient(
  dy: usize, ho: i32, wo: i32, channels: i32, tilesY: i32, tilesX: i32, first: i32, last: i32,
  panels: usize, plane: usize, patch: usize,
): void {
  const pixel: usize = channels << 2;
  const temp = patch + 16 * pixel;
  const planeRow = 6 * plane;
  const panel: usize = (last - first) << 5;
  for (let t = first; t < last; t++) {
    const image = t / (tilesY * tilesX);
    const inImage = t - image * tilesY * tilesX;
    const y0 = (inImage / tilesX) * 4;
    const x0 = (inImage % tilesX) * 4;
    const from = dy + <usize>image * ho * wo * pixel;
    let p = from + (<usize>y0 * wo + x0) * pixel;
    let row = wo * pixel;
    if (y0 + 4 > ho || x0 + 4 > wo) {
      gather(from, ho, wo, channels, y0, x0, 4, patch);
      p = patch;
      row = 4 * pixel;
    }
    let to = panels + <usize>(t - first) * 32;
    const end = p + pixel;
    let half = false;
    while (p < end) {
      for (let j: usize = 0; j < 4; j++) gradient6(p + j * pixel, row, temp + (j << 4), 64);
      for (let i: usize = 0; i < 6; i++) gradient6(temp + i * 64, 16, to + i * planeRow, plane);
      p += 16;
      to += half ? panel - 16 : 16;
      half = !half;
    }
  }
}

/** G g, from three vectors to six. */
// @ts-ignore: decorator
@inline
function filter6(g0: v128, g1: v128, g2: v128, to: usize, stepOut: usize): void {
  const s = f32x4.mul(f32x4.add(g0, g2), splat(-1.0 / 6.0));
  const d = f32x4.mul(g1, splat(-1.0 / 6.0));
  const e = fma(g2, splat(1.0 / 6.0), f32x4.mul(g0, splat(1.0 / 24.0)));
  const o = f32x4.mul(g1, splat(1.0 / 12.0));
  v128.store(to, f32x4.mul(g0, splat(0.25)));
  v128.store(to + stepOut, f32x4.add(s, d));
  v128.store(to + 2 * stepOut, f32x4.sub(s, d));
  v128.store(to + 3 * stepOut, f32x4.add(e, o));
  v128.store(to + 4 * stepOut, f32x4.sub(e, o));
  v128.store(to + 5 * stepOut, g2);
}

/** w f32[3, 3, ci, co] to packed panels f32[36, ⌈co / 8⌉, ci, 8]. `temp`: scratch f32[72]. */
export function transformFilter(w: usize, ci: i32, co: i32, panels: usize, plane: usize, temp: usize): void {
  const tap: usize = (ci * co) << 2;
  for (let c = 0; c < ci; c++) {
    for (let o = 0; o < co; o += 4) {
      const from = w + ((<usize>c * co + o) << 2);
      const to = panels + ((<usize>(o >> 3) * ci + c) << 5) + ((o & 4) << 2);
      for (let j: usize = 0; j < 3; j++) {
        const at = from + j * tap;
        filter6(v128.load(at), v128.load(at + 3 * tap), v128.load(at + 6 * tap), temp + (j << 4), 48);
      }
      for (let i: usize = 0; i < 6; i++) {
        const at = temp + i * 48;
        filter6(v128.load(at), v128.load(at, 16), v128.load(at, 32), to + i * 6 * plane, plane);
      }
    }
  }
}

/** Gᵀ u, from six vectors to three. */
// @ts-ignore: decorator
@inline
function filter3(from: usize, stepIn: usize, to: usize, stepOut: usize): void {
  const u0 = v128.load(from);
  const u1 = v128.load(from + stepIn);
  const u2 = v128.load(from + 2 * stepIn);
  const u3 = v128.load(from + 3 * stepIn);
  const u4 = v128.load(from + 4 * stepIn);
  const u5 = v128.load(from + 5 * stepIn);
  const s1 = f32x4.mul(f32x4.add(u1, u2), splat(-1.0 / 6.0)), d1 = f32x4.mul(f32x4.sub(u2, u1), splat(1.0 / 6.0));
  const s2 = f32x4.add(u3, u4), d2 = f32x4.sub(u3, u4);
  v128.store(to, f32x4.add(f32x4.mul(u0, splat(0.25)), fma(s2, splat(1.0 / 24.0), s1)));
  v128.store(to + stepOut, fma(d2, splat(1.0 / 12.0), d1));
  v128.store(to + 2 * stepOut, f32x4.add(u5, fma(s2, splat(1.0 / 6.0), s1)));
}

/** dU f32[36, ci, 8 ⌈co / 8⌉] to dw f32[3, 3, ci, co]. `temp`: scratch f32[72]. */
export function transformFilterGradient(u: usize, plane: usize, ci: i32, co: i32, dw: usize, temp: usize): void {
  const tap: usize = (ci * co) << 2;
  const end = dw + tap;
  while (dw < end) {
    const row = dw + (co << 2);
    while (dw < row) {
      for (let j: usize = 0; j < 6; j++) filter3(u + j * plane, 6 * plane, temp + (j << 4), 96);
      for (let i: usize = 0; i < 3; i++) filter3(temp + i * 96, 16, dw + i * 3 * tap, tap);
      u += 16;
      dw += 16;
    }
    u += (co & 4) << 2;
  }
}

/** y = x ∗ w for tiles `first` to `last`, `chunk` tiles at a time. `scratch`: f32[36 · ci + 144] or more. */
export function winogradConvolve(
  x: usize, h: i32, w: i32, ci: i32, top: i32, left: i32, ho: i32, wo: i32, co: i32, tilesY: i32, tilesX: i32,
  first: i32, last: i32, chunk: i32,
  u: usize, planeU: usize, v: usize, planeV: usize, m: usize, planeM: usize, y: usize, scratch: usize,
): void {
  for (let t = first; t < last; t += chunk) {
    const end = min(t + chunk, last);
    transformInput(x, h, w, ci, top, left, tilesY, tilesX, t, end, v, planeV, scratch);
    for (let i: usize = 0; i < 36; i++) {
      multiplyPlane(v + i * planeV, end - t, ci, u + i * planeU, co, m + i * planeM);
    }
    transformOutput(m, planeM, ho, wo, co, tilesY, tilesX, t, end, y, scratch);
  }
}

/** dU f32[36, ci, 8 ⌈co / 8⌉] = Σ over tiles `first` to `last` of V · dM. */
export function winogradFilterGradient(
  x: usize, h: i32, w: i32, ci: i32, top: i32, left: i32, dy: usize, ho: i32, wo: i32, co: i32, tilesY: i32, tilesX: i32,
  first: i32, last: i32, chunk: i32,
  u: usize, planeU: usize, v: usize, planeV: usize, m: usize, planeM: usize, scratch: usize,
): void {
  memory.fill(u, 0, 36 * planeU);
  for (let t = first; t < last; t += chunk) {
    const end = min(t + chunk, last);
    transformInput(x, h, w, ci, top, left, tilesY, tilesX, t, end, v, planeV, scratch);
    transformGradient(dy, ho, wo, co, tilesY, tilesX, t, end, m, planeM, scratch);
    for (let i: usize = 0; i < 36; i++) {
      addPlaneProduct(v + i * planeV, ci, end - t, m + i * planeM, co, u + i * planeU);
    }
  }
}

import { multiply, packRows } from './gemm';
import { watchImages } from './watching';
import { finishRows } from './sums';

/** Copies images into the middle of zeroed, larger ones: f32[count, h, w, c] → f32[count, hp, wp, c]. The border is not touched. */
export function placeImages(
  x: usize, count: i32, h: i32, w: i32, channels: i32, top: i32, left: i32, hp: i32, wp: i32, out: usize,
): void {
  const rowBytes: usize = (w * channels) << 2;
  const outRowBytes: usize = (wp * channels) << 2;
  for (let n = 0; n < count; n++) {
    let to = out + <usize>(n * hp + top) * outRowBytes + <usize>((left * channels) << 2);
    for (let i = 0; i < h; i++) {
      memory.copy(to, x, rowBytes);
      x += rowBytes;
      to += outRowBytes;
    }
  }
}

/**
 * Images `first` to `last` in groups: places each group in `padded` (or reads it where it is, if `padded` is 0), then
 * C = A · B for all blocks of the sum. Serves the forward convolution and the input gradient.
 *
 * @param rowsA, rowsC  tables for one whole group; `m` rows per image
 * @param b             packed blocks of at most `block` steps, one after the other
 * @param bias, relu    what `finishRows` does to each group while it is in the cache; bias 0 and false for nothing, which C
 *                      with rows that are no neighbours needs
 * @param best, nonFinite  0, or where each group is watched before it is cut off: see `watchImages`
 */
export function convolve(
  x: usize, h: i32, w: i32, channels: i32, top: i32, left: i32, hp: i32, wp: i32, padded: usize,
  first: i32, last: i32, group: i32, rowsA: usize, rowsC: usize, m: i32, steps: usize, k: i32, block: i32,
  b: usize, n: i32, y: usize, imageBytesY: usize, bias: usize, relu: bool, tile: usize,
  best: usize, nonFinite: usize,
): void {
  const imageBytesX: usize = (h * w * channels) << 2;
  const paddedColumns: usize = (n + 7) & ~7;
  for (let image = first; image < last; image += group) {
    const count = min(group, last - image);
    let a = x + <usize>image * imageBytesX;
    if (padded != 0) {
      placeImages(a, count, h, w, channels, top, left, hp, wp, padded);
      a = padded;
    }
    let panels = b;
    for (let k0 = 0; k0 < k; k0 += block) {
      const kn = min(block, k - k0);
      multiply(
        a, rowsA, m * count, steps + (k0 << 2), kn, panels, n,
        y + <usize>image * imageBytesY, rowsC, 4, k0 > 0, tile,
      );
      panels += (<usize>kn * paddedColumns) << 2;
    }
    const cut = relu && best == 0;
    if (bias != 0 || cut) finishRows(y + <usize>image * imageBytesY, bias, m * count, n, cut);
    if (best != 0) watchImages(y + <usize>image * imageBytesY, count, m * n, n, best, nonFinite, relu);
  }
}

/**
 * dW (+)= Σ over the pixels of images `first` to `last` of x · dy: the rows of A are the taps (ky, kx, channel) and the
 * steps of the sum the output pixels of a group. dW starts from 0.
 *
 * @param packed  scratch for one block of dy, f32[⌈n / 8⌉ · block · 8]
 */
export function filterGradient(
  x: usize, h: i32, w: i32, channels: i32, top: i32, left: i32, hp: i32, wp: i32, padded: usize,
  first: i32, last: i32, group: i32, taps: usize, m: i32, rowsC: usize, pixels: usize, pixelsPerImage: i32, block: i32,
  dy: usize, n: i32, dw: usize, packed: usize, tile: usize,
): void {
  const imageBytesX: usize = (h * w * channels) << 2;
  const rowBytesY: usize = n << 2;
  let add = false;
  for (let image = first; image < last; image += group) {
    const count = min(group, last - image);
    let a = x + <usize>image * imageBytesX;
    if (padded != 0) {
      placeImages(a, count, h, w, channels, top, left, hp, wp, padded);
      a = padded;
    }
    const k = pixelsPerImage * count;
    const dyImage = dy + <usize>(image * pixelsPerImage) * rowBytesY;
    for (let k0 = 0; k0 < k; k0 += block) {
      const kn = min(block, k - k0);
      packRows(dyImage + <usize>k0 * rowBytesY, kn, n, rowBytesY, packed);
      multiply(a, taps, m, pixels + (k0 << 2), kn, packed, n, dw, rowsC, 4, add, tile);
      add = true;
    }
  }
}

/** out[tap, co, ci] = w[taps[tap], ci, co] for the input gradient; `taps` u32[count] holds the taps' indices. */
export function transposeTaps(w: usize, taps: usize, count: i32, ci: i32, co: i32, out: usize): void {
  for (let t = 0; t < count; t++) {
    const from = w + (<usize>load<u32>(taps + (t << 2)) * ci * co << 2);
    for (let o = 0; o < co; o++) {
      let at = from + (o << 2);
      const end = out + (ci << 2);
      while (out < end) {
        f32.store(out, f32.load(at));
        at += co << 2;
        out += 4;
      }
    }
  }
}

import { emptyOutputs } from './emptyPatches';
import { watchImages } from './watching';
import { multiplyPlane } from './planes';
import { filter6, filter8, input6, input8, output4, output4Of8 } from './winogradSteps';

// Convolutions of 3 × 3 or 5 × 5 taps, stride 1, by Winograd's F(4 × 4, taps × taps): `points` = taps + 3 and points²
// small products instead of 16 taps² per tile of 4 × 4 outputs, a quarter or less than a sixth (Lavin & Gray 2016,
// arXiv:1509.09308). Channels are multiples of 4. "Planes" are the points² positions of a transformed tile; `planeX` is the
// distance between two of them, an odd multiple of 64 bytes, so that the planes of one tile fall into different sets of the
// cache.

/** One patch f32[points, points, channels] (rows `row` bytes, pixels `pixel` bytes apart) to points² planes at `to`. */
function transformPatch(
  points: usize, p: usize, row: usize, pixel: usize, channels: i32, to: usize, plane: usize, temp: usize,
): void {
  const end = p + (channels << 2);
  const planeRow = points * plane;
  if (points == 6) {
    while (p < end) {
      for (let j: usize = 0; j < 6; j++) input6(p + j * pixel, row, temp + (j << 4), 96);
      for (let i: usize = 0; i < 6; i++) input6(temp + i * 96, 16, to + i * planeRow, plane);
      p += 16;
      to += 16;
    }
    return;
  }
  while (p < end) {
    for (let j: usize = 0; j < 8; j++) input8(p + j * pixel, row, temp + (j << 4), 128);
    for (let i: usize = 0; i < 8; i++) input8(temp + (i << 7), 16, to + i * planeRow, plane);
    p += 16;
    to += 16;
  }
}

/** The part of an image inside a patch of `size` × `size` pixels at (y0, x0), in a zeroed f32[size, size, channels]. */
export function gather(image: usize, h: i32, w: i32, channels: i32, y0: i32, x0: i32, size: i32, patch: usize): void {
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
 * Tiles `first` to `last` (counted over all images) of x f32[n, h, w, channels] to V f32[points², tiles, channels].
 * `patch`: scratch f32[points² · channels + 256]. `empty`: u32[tiles] for the outputs that read nothing but 0; 0 where not wanted.
 */
export function transformInput(
  points: i32, x: usize, h: i32, w: i32, channels: i32, top: i32, left: i32, tilesY: i32, tilesX: i32,
  first: i32, last: i32, v: usize, plane: usize, patch: usize, empty: usize,
): void {
  const pixel: usize = channels << 2;
  const temp = patch + points * points * pixel;
  for (let t = first; t < last; t++) {
    const image = t / (tilesY * tilesX);
    const inImage = t - image * tilesY * tilesX;
    const y0 = (inImage / tilesX) * 4 - top;
    const x0 = (inImage % tilesX) * 4 - left;
    const from = x + <usize>image * h * w * pixel;
    let p = from + (<usize>y0 * w + x0) * pixel;
    let row = w * pixel;
    if (y0 < 0 || x0 < 0 || y0 + points > h || x0 + points > w) {
      gather(from, h, w, channels, y0, x0, points, patch);
      p = patch;
      row = points * pixel;
    }
    transformPatch(points, p, row, pixel, channels, v, plane, temp);
    if (empty != 0) store<u32>(empty + (<usize>(t - first) << 2), emptyOutputs(points, p, row, pixel));
    v += pixel;
  }
}

/**
 * Products M f32[points², tiles, 8 ⌈channels / 8⌉] to y f32[n, ho, wo, channels], with `bias` f32[channels] (0: none) and
 * `relu` on the way. `empty`: as `transformInput` wrote it. `temp`: scratch f32[128 + 64].
 */
function transformOutput(
  points: usize, m: usize, plane: usize, ho: i32, wo: i32, channels: i32, tilesY: i32, tilesX: i32, first: i32, last: i32,
  y: usize, bias: usize, relu: bool, temp: usize, empty: usize,
): void {
  const pixel: usize = channels << 2;
  const row: usize = wo * pixel;
  const planeRow = points * plane;
  const six = points == 6;
  const floor = f32x4.splat(relu ? 0 : -Infinity);
  for (let t = first; t < last; t++) {
    const image = t / (tilesY * tilesX);
    const inImage = t - image * tilesY * tilesX;
    const y0 = (inImage / tilesX) * 4;
    const x0 = (inImage % tilesX) * 4;
    const rows = min(4, ho - y0), columns = min(4, wo - x0);
    let to = y + <usize>image * ho * row + y0 * row + x0 * pixel;
    const end = to + pixel;
    const nothing = load<u32>(empty + (<usize>(t - first) << 2));
    const whole = rows == 4 && columns == 4 && nothing == 0;
    for (let b = bias; to < end; b += 16, m += 16, to += 16) {
      // −0 changes no sum.
      const shift = bias != 0 ? v128.load(b) : f32x4.splat(-0.0);
      if (six) {
        for (let j: usize = 0; j < 6; j++) output4(m + j * plane, planeRow, temp + (j << 4), 128);
      } else {
        for (let j: usize = 0; j < 8; j++) output4Of8(m + j * plane, planeRow, temp + (j << 4), 128);
      }
      for (let i = 0; i < rows; i++) {
        const out = to + i * row;
        if (six) output4(temp + (i << 7), 16, temp + 512, 16);
        else output4Of8(temp + (i << 7), 16, temp + 512, 16);
        if (whole) {
          v128.store(out, f32x4.pmax(f32x4.add(v128.load(temp, 512), shift), floor));
          v128.store(out + pixel, f32x4.pmax(f32x4.add(v128.load(temp, 528), shift), floor));
          v128.store(out + 2 * pixel, f32x4.pmax(f32x4.add(v128.load(temp, 544), shift), floor));
          v128.store(out + 3 * pixel, f32x4.pmax(f32x4.add(v128.load(temp, 560), shift), floor));
          continue;
        }
        for (let j = 0; j < columns; j++) {
          let v = v128.load(temp + 512 + (j << 4));
          // A patch of nothing but 0 gives exactly 0; NaN and infinity, which such a weight makes of 0, stay not finite.
          if (nothing & (1 << (4 * i + j))) v = f32x4.sub(v, v);
          v128.store(out + j * pixel, f32x4.pmax(f32x4.add(v, shift), floor));
        }
      }
    }
    // Rows of M hold whole vectors of eight.
    m += (channels & 4) << 2;
  }
}

/** w f32[taps, taps, ci, co] to packed panels f32[points², ⌈co / 8⌉, ci, 8]. `temp`: scratch f32[160]. */
export function transformFilter(
  points: usize, w: usize, ci: i32, co: i32, panels: usize, plane: usize, temp: usize,
): void {
  const tap: usize = (ci * co) << 2;
  const planeRow = points * plane;
  for (let c = 0; c < ci; c++) {
    for (let o = 0; o < co; o += 4) {
      const from = w + ((<usize>c * co + o) << 2);
      const to = panels + ((<usize>(o >> 3) * ci + c) << 5) + ((o & 4) << 2);
      if (points == 6) {
        for (let j: usize = 0; j < 3; j++) filter6(from + j * tap, 3 * tap, temp + (j << 4), 48);
        for (let i: usize = 0; i < 6; i++) filter6(temp + i * 48, 16, to + i * planeRow, plane);
      } else {
        for (let j: usize = 0; j < 5; j++) filter8(from + j * tap, 5 * tap, temp + (j << 4), 80);
        for (let i: usize = 0; i < 8; i++) filter8(temp + i * 80, 16, to + i * planeRow, plane);
      }
    }
  }
}

/**
 * y = x ∗ w + bias (0: none), cut off at 0 with `relu`, for tiles `first` to `last`, `chunk` tiles at a time; exactly bias
 * where all taps read 0, where the tiles would leave what rounding makes of their neighbours: a channel would fire there.
 * With `best` (else 0) the tiles are those of whole images, which are watched before they are cut off: see `watchImages`.
 * `scratch`: u32[128], then f32[points² · ci + 256] or more.
 */
export function winogradConvolve(
  points: i32, x: usize, h: i32, w: i32, ci: i32, top: i32, left: i32, ho: i32, wo: i32, co: i32, tilesY: i32, tilesX: i32,
  first: i32, last: i32, chunk: i32,
  u: usize, planeU: usize, v: usize, planeV: usize, m: usize, planeM: usize, y: usize, bias: usize, relu: bool,
  scratch: usize, best: usize, nonFinite: usize,
): void {
  const planes: usize = points * points;
  const temp = scratch + 512;
  const units = <usize>(ho * wo * co);
  let done = first / (tilesY * tilesX);
  for (let t = first; t < last; t += chunk) {
    const end = min(t + chunk, last);
    transformInput(points, x, h, w, ci, top, left, tilesY, tilesX, t, end, v, planeV, temp, scratch);
    for (let i: usize = 0; i < planes; i++) {
      multiplyPlane(v + i * planeV, end - t, ci, u + i * planeU, co, m + i * planeM);
    }
    transformOutput(points, m, planeM, ho, wo, co, tilesY, tilesX, t, end, y, bias, relu && best == 0, temp, scratch);
    if (best == 0) continue;
    const whole = end / (tilesY * tilesX);
    watchImages(y + ((<usize>done * units) << 2), whole - done, units, co, best, nonFinite, relu);
    done = whole;
  }
}

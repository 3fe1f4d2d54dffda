import { clearEmptyPatches } from './emptyPatches';
import { activationGradSums } from './imageSums';
import { multiplyPlane } from './planes';
import { gather } from './winograd';
import { gradient6, patch6 } from './winogradSteps';

// The input gradient of a 3 × 3 convolution as the adjoint of Winograd's F(4 × 4, 3 × 3): a tile of 4 × 4 values of dy gives
// 36 products, which go back to the patch of 6 × 6 values of dx that the tile was made of. Patches overlap by two pixels and
// are added up. Where dx has one tile more along an axis than dy (26 pixels from 24), a quarter of the work of a
// convolution with the filter turned around is saved.

/** Tiles `first` to `last` of dy f32[n, ho, wo, channels] to f32[36, tiles, channels]. `patch`: scratch f32[16 · channels + 256]. */
function transformTiles(
  dy: usize, ho: i32, wo: i32, channels: i32, tilesY: i32, tilesX: i32, first: i32, last: i32, v: usize, plane: usize,
  patch: usize,
): void {
  const pixel: usize = channels << 2;
  const temp = patch + 16 * pixel;
  for (let t = first; t < last; t++) {
    const image = t / (tilesY * tilesX);
    const inImage = t - image * tilesY * tilesX;
    const y0 = (inImage / tilesX) * 4, x0 = (inImage % tilesX) * 4;
    const from = dy + <usize>image * ho * wo * pixel;
    let p = from + (<usize>y0 * wo + x0) * pixel;
    let row = wo * pixel;
    if (y0 + 4 > ho || x0 + 4 > wo) {
      gather(from, ho, wo, channels, y0, x0, 4, patch);
      p = patch;
      row = 4 * pixel;
    }
    for (const end = p + pixel; p < end; p += 16, v += 16) {
      for (let j: usize = 0; j < 4; j++) gradient6(p + j * pixel, row, temp + (j << 4), 64);
      for (let i: usize = 0; i < 6; i++) gradient6(temp + (i << 6), 16, v + i * 6 * plane, plane);
    }
  }
}

/** Adds a vector to what the tiles before have left, or sets it. */
// @ts-ignore: decorator
@inline
function put(to: usize, from: usize, add: bool): void {
  const value = v128.load(from);
  v128.store(to, add ? f32x4.add(v128.load(to), value) : value);
}

/**
 * Products f32[36, tiles, 8 ⌈channels / 8⌉] to patches of dx f32[n, h, w, channels]. Tiles come row by row: a patch's first
 * two rows and columns add to those above and beside it, the rest is new. `temp`: scratch f32[192].
 */
function transformPatches(
  m: usize, plane: usize, h: i32, w: i32, channels: i32, top: i32, left: i32, tilesY: i32, tilesX: i32, first: i32,
  last: i32, dx: usize, temp: usize,
): void {
  const pixel: usize = channels << 2;
  const row: usize = w * pixel;
  const line = temp + 576;
  for (let t = first; t < last; t++) {
    const image = t / (tilesY * tilesX);
    const inImage = t - image * tilesY * tilesX;
    const tileY = inImage / tilesX, tileX = inImage % tilesX;
    const y0 = tileY * 4 - top, x0 = tileX * 4 - left;
    const rows = min(6, h - y0), columns = min(6, w - x0);
    const above = max(0, -y0), before = max(0, -x0);
    const whole = above == 0 && before == 0 && rows == 6 && columns == 6;
    const beside = tileX > 0;
    let to = dx + <usize>image * h * row + y0 * row + x0 * pixel;
    for (const end = to + pixel; to < end; to += 16, m += 16) {
      for (let j: usize = 0; j < 6; j++) patch6(m + j * plane, 6 * plane, temp + (j << 4), 96);
      for (let i = above; i < rows; i++) {
        const add = i < 2 && tileY > 0;
        const out = to + i * row;
        patch6(temp + i * 96, 16, line, 16);
        if (whole) {
          put(out, line, add || beside);
          put(out + pixel, line + 16, add || beside);
          put(out + 2 * pixel, line + 32, add);
          put(out + 3 * pixel, line + 48, add);
          put(out + 4 * pixel, line + 64, add);
          put(out + 5 * pixel, line + 80, add);
        } else {
          for (let j = before; j < columns; j++) put(out + j * pixel, line + (j << 4), add || (beside && j < 2));
        }
      }
    }
    // Rows of M hold whole vectors of eight.
    m += (channels & 4) << 2;
  }
}

/**
 * dx from dy for the tiles `first` to `last` of whole images, `chunk` tiles at a time; operands as in `winogradConvolve`. Where a
 * patch of dy holds nothing but 0, dx is 0. With `h` (else 0) what comes out is the gradient by the input of a ReLU whose
 * output h is, and `sums` its sums by images, as `activationGradSums` gives them: while an image is in the cache.
 */
export function winogradInputGradient(
  dy: usize, ho: i32, wo: i32, co: i32, top: i32, left: i32, height: i32, width: i32, ci: i32, tilesY: i32, tilesX: i32,
  first: i32, last: i32, chunk: i32,
  u: usize, planeU: usize, v: usize, planeV: usize, m: usize, planeM: usize, dx: usize, scratch: usize, h: usize, sums: usize,
): void {
  const perImage = tilesY * tilesX;
  const bytes = <usize>(height * width * ci) << 2;
  let done = first / perImage;
  for (let t = first; t < last; t += chunk) {
    const end = min(t + chunk, last);
    transformTiles(dy, ho, wo, co, tilesY, tilesX, t, end, v, planeV, scratch);
    for (let i: usize = 0; i < 36; i++) multiplyPlane(v + i * planeV, end - t, co, u + i * planeU, ci, m + i * planeM);
    transformPatches(m, planeM, height, width, ci, top, left, tilesY, tilesX, t, end, dx, scratch);
    const whole = end / perImage;
    clearEmptyPatches(3, dy, ho, wo, co, 2 - top, 2 - left, dx, height, width, ci, done * height, whole * height);
    if (h != 0 && whole > done) {
      const to = dx + <usize>done * bytes;
      activationGradSums(0, to, h + <usize>done * bytes, to, whole - done, height * width, ci, 0, 0, sums);
      sums += <usize>((whole - done) * ci) << 3;
    }
    done = whole;
  }
}

import { addPlaneProduct } from './planes';
import { gather, transformInput } from './winograd';
import { filter3, filter5, gradient6, gradient8 } from './winogradSteps';

// The filter gradient by Winograd's tiles: the transposed products, summed over tiles, then one transform back (winograd.as).

/** Tiles of dy to packed panels f32[points², ⌈channels / 8⌉, tiles, 8]. `patch`: scratch f32[16 · channels + 256]. */
function transformGradient(
  points: usize, dy: usize, ho: i32, wo: i32, channels: i32, tilesY: i32, tilesX: i32, first: i32, last: i32,
  panels: usize, plane: usize, patch: usize,
): void {
  const pixel: usize = channels << 2;
  const temp = patch + 16 * pixel;
  const planeRow = points * plane;
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
      if (points == 6) {
        for (let j: usize = 0; j < 4; j++) gradient6(p + j * pixel, row, temp + (j << 4), 64);
        for (let i: usize = 0; i < 6; i++) gradient6(temp + (i << 6), 16, to + i * planeRow, plane);
      } else {
        for (let j: usize = 0; j < 4; j++) gradient8(p + j * pixel, row, temp + (j << 4), 64);
        for (let i: usize = 0; i < 8; i++) gradient8(temp + (i << 6), 16, to + i * planeRow, plane);
      }
      p += 16;
      to += half ? panel - 16 : 16;
      half = !half;
    }
  }
}

/** dU f32[points², ci, 8 ⌈co / 8⌉] to dw f32[taps, taps, ci, co]. `temp`: scratch f32[160]. */
export function transformFilterGradient(
  points: usize, u: usize, plane: usize, ci: i32, co: i32, dw: usize, temp: usize,
): void {
  const tap: usize = (ci * co) << 2;
  const planeRow = points * plane;
  const end = dw + tap;
  while (dw < end) {
    const row = dw + (co << 2);
    while (dw < row) {
      if (points == 6) {
        for (let j: usize = 0; j < 6; j++) filter3(u + j * plane, planeRow, temp + (j << 4), 96);
        for (let i: usize = 0; i < 3; i++) filter3(temp + i * 96, 16, dw + i * 3 * tap, tap);
      } else {
        for (let j: usize = 0; j < 8; j++) filter5(u + j * plane, planeRow, temp + (j << 4), 128);
        for (let i: usize = 0; i < 5; i++) filter5(temp + (i << 7), 16, dw + i * 5 * tap, tap);
      }
      u += 16;
      dw += 16;
    }
    u += (co & 4) << 2;
  }
}

/** dU f32[points², ci, 8 ⌈co / 8⌉] = Σ over tiles `first` to `last` of V · dM. */
export function winogradFilterGradient(
  points: i32, x: usize, h: i32, w: i32, ci: i32, top: i32, left: i32, dy: usize, ho: i32, wo: i32, co: i32,
  tilesY: i32, tilesX: i32, first: i32, last: i32, chunk: i32,
  u: usize, planeU: usize, v: usize, planeV: usize, m: usize, planeM: usize, scratch: usize,
): void {
  const planes: usize = points * points;
  memory.fill(u, 0, planes * planeU);
  for (let t = first; t < last; t += chunk) {
    const end = min(t + chunk, last);
    transformInput(points, x, h, w, ci, top, left, tilesY, tilesX, t, end, v, planeV, scratch, 0);
    transformGradient(points, dy, ho, wo, co, tilesY, tilesX, t, end, m, planeM, scratch);
    for (let i: usize = 0; i < planes; i++) {
      addPlaneProduct(v + i * planeV, ci, end - t, m + i * planeM, co, u + i * planeU);
    }
  }
}

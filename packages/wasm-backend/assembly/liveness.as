import { activationGrad } from './activationGradients';
import { activation } from './activations';

// Who lives, from z alone: the largest z of every unit, whether it fired, and what is not finite. The work goes by strips
// of units that stay in the first-level cache while all samples of the batch pass over them.

/** What is not finite in one strip: counts it by channel, and marks the units of NaNs by a largest z of NaN. */
export function markNonFinite(z: usize, count: usize, first: usize, channels: usize, best: usize, nonFinite: usize): void {
  for (let i: usize = 0; i < count; i++) {
    const v = f32.load(z + (i << 2));
    if (v - v == 0) continue;
    const c = nonFinite + ((first + i) % channels << 2);
    i32.store(c, i32.load(c) + 1);
    if (v != v) f32.store(best + (i << 2), v);
  }
}

/** best = max(best, z); true where all z are finite. A best of NaN stays. */
// @ts-ignore: decorator
@inline
export function raise(z: usize, best: usize, count: usize): bool {
  const end = z + (count << 2);
  const pairs = z + ((count & ~7) << 2);
  let bad = i32x4.splat(0), bad1 = bad;
  while (z < pairs) {
    const v = v128.load(z), v1 = v128.load(z, 16);
    v128.store(best, f32x4.pmax(v128.load(best), v));
    v128.store(best, f32x4.pmax(v128.load(best, 16), v1), 16);
    // v − v is +0, of no bits, unless v is NaN or infinite.
    bad = v128.or(bad, f32x4.sub(v, v));
    bad1 = v128.or(bad1, f32x4.sub(v1, v1));
    z += 32;
    best += 32;
  }
  let rest: f32 = 0;
  while (z < end) {
    const v = f32.load(z), b = f32.load(best);
    if (b < v) f32.store(best, v);
    rest += v - v;
    z += 4;
    best += 4;
  }
  return !v128.any_true(v128.or(bad, bad1)) && rest == 0;
}

/**
 * h = max(z, 0) and best = max(best, z) of `count` units of two samples, `apart` bytes from each other, in one loop; true
 * where all z are finite. A best of NaN stays.
 */
function rectifyPair(z: usize, h: usize, apart: usize, best: usize, count: usize): bool {
  const end = z + (count << 2);
  const vectors = z + ((count & ~3) << 2);
  const zero = f32x4.splat(0);
  let bad = i32x4.splat(0), bad1 = bad;
  while (z < vectors) {
    const v = v128.load(z), v1 = v128.load(z + apart);
    v128.store(h, f32x4.pmax(v, zero));
    v128.store(h + apart, f32x4.pmax(v1, zero));
    v128.store(best, f32x4.pmax(f32x4.pmax(v128.load(best), v), v1));
    bad = v128.or(bad, f32x4.sub(v, v));
    bad1 = v128.or(bad1, f32x4.sub(v1, v1));
    z += 16;
    h += 16;
    best += 16;
  }
  let rest: f32 = 0;
  while (z < end) {
    const v = f32.load(z), v1 = f32.load(z + apart);
    f32.store(h, v < 0 ? 0 : v);
    f32.store(h + apart, v1 < 0 ? 0 : v1);
    if (f32.load(best) < v) f32.store(best, v);
    if (f32.load(best) < v1) f32.store(best, v1);
    rest += v - v + (v1 - v1);
    z += 4;
    h += 4;
    best += 4;
  }
  return !v128.any_true(v128.or(bad, bad1)) && rest == 0;
}

/** fired |= low < z < high. */
function inWindow(z: usize, fired: usize, count: usize, low: f32, high: f32): void {
  const end = z + (count << 2);
  const vectors = z + ((count & ~3) << 2);
  const from = f32x4.splat(low), to = f32x4.splat(high);
  while (z < vectors) {
    const v = v128.load(z);
    v128.store(fired, v128.or(v128.load(fired), v128.and(f32x4.gt(v, from), f32x4.lt(v, to))));
    z += 16;
    fired += 16;
  }
  while (z < end) {
    const v = f32.load(z);
    if (v > low && v < high) i32.store(fired, -1);
    z += 4;
    fired += 4;
  }
}

/** fired |= |d| > epsilon. */
function aboveSlope(d: usize, fired: usize, count: usize, epsilon: f32): void {
  for (let i: usize = 0; i < count; i++) {
    if (abs<f32>(f32.load(d + (i << 2))) > epsilon) i32.store(fired + (i << 2), -1);
  }
}

/**
 * Follows the units of a layer over the samples of one batch.
 *
 * @param mode      0: fires where z is above `low`; 1: fires where low < z < high; 2: fires where |f'(z)| > epsilon;
 *                  3: fires on every number
 * @param h         f32[batch · units] for f(z), in the same pass; 0 where it is not wanted
 * @param op, a, b  f, as in `activation`, for mode 2 and for h
 * @param strip     units per strip
 * @param ones, d   mode 2: f32[strip] of ones, scratch f32[strip]
 * @param best      f32[units]: the largest z so far, −∞ at first, NaN where z was NaN
 * @param fired     modes 1 and 2: i32[units], not 0 where the unit has fired
 * @param nonFinite i32[channels]: values of z that are not finite, added to
 * @param dead      i32[channels]: units of the channel that never fired and had no NaN
 * @param maxZ      f32[channels]: largest z but for units with a NaN
 */
export function activationLiveness(
  z: usize, h: usize, batch: i32, units: usize, channels: usize, mode: i32, low: f32, high: f32, op: i32, a: f32, b: f32,
  epsilon: f32, strip: usize, ones: usize, d: usize, best: usize, fired: usize, nonFinite: usize, dead: usize, maxZ: usize,
): void {
  const sample = units << 2;
  for (let first: usize = 0; first < units; first += strip) {
    const count = min(strip, units - first);
    const at = first << 2;
    let n = 0;
    // relu (0) fires above 0, which `best` alone tells.
    if (h != 0 && op == 0 && mode == 0) {
      for (; n + 1 < batch; n += 2) {
        const zn = z + <usize>n * sample + at;
        if (rectifyPair(zn, h + (zn - z), sample, best + at, count)) continue;
        markNonFinite(zn, count, first, channels, best + at, nonFinite);
        markNonFinite(zn + sample, count, first, channels, best + at, nonFinite);
      }
    }
    for (; n < batch; n++) {
      const zn = z + <usize>n * sample + at;
      if (h != 0) activation(op, zn, h + (zn - z), count, a, b);
      if (mode == 1) inWindow(zn, fired + at, count, low, high);
      else if (mode == 2) {
        activationGrad(op, ones, zn, d, count, a, b);
        aboveSlope(d, fired + at, count, epsilon);
      }
      if (!raise(zn, best + at, count)) markNonFinite(zn, count, first, channels, best + at, nonFinite);
    }
  }
  livenessFound(best, fired, mode, low, units, channels, dead, maxZ);
}

/** What is known of each channel when all samples have passed; parameters as in {@link activationLiveness}. */
export function livenessFound(
  best: usize, fired: usize, mode: i32, low: f32, units: usize, channels: usize, dead: usize, maxZ: usize,
): void {
  const row = channels << 2;
  const sample = units << 2;
  for (let c: usize = 0; c < row; c += 4) {
    i32.store(dead + c, 0);
    f32.store(maxZ + c, -Infinity);
  }
  // Four channels at a time where the largest z tells.
  const vectors: usize = mode == 0 || mode == 3 ? row & ~15 : 0;
  const floor = f32x4.splat(low), always = i32x4.splat(mode == 3 ? -1 : 0);
  for (let at: usize = 0; at < sample; at += row) {
    for (let c: usize = 0; c < vectors; c += 16) {
      const top = v128.load(best + at + c);
      v128.store(maxZ + c, f32x4.pmax(v128.load(maxZ + c), top));
      const isNumber = f32x4.eq(top, top), lives = v128.or(f32x4.gt(top, floor), always);
      // A comparison that holds is −1.
      v128.store(dead + c, i32x4.sub(v128.load(dead + c), v128.andnot(isNumber, lives)));
    }
    for (let c = vectors; c < row; c += 4) {
      const top = f32.load(best + at + c);
      if (top != top) continue;
      if (top > f32.load(maxZ + c)) f32.store(maxZ + c, top);
      const lives: bool = mode == 3 || (mode == 0 ? top > low : i32.load(fired + at + c) != 0);
      if (!lives) i32.store(dead + c, i32.load(dead + c) + 1);
    }
  }
}

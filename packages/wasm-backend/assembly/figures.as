import { select } from './vector';

// What a counting pass has added up, made into counts and figures.

/** How h comes about: relu, relu6, leaky ReLU with a slope above 0, or any function, which has been applied already. */
export const RECTIFIED = 0;
export const SIX = 1;
export const LEAKY = 2;
export const MADE = 3;

/**
 * Bytes of the accumulators of four channels: Σh, Σ|h|, Σh² in float64, two vectors each, then one vector each of zeros of h
 * (values above 0 where h is never below it), min h (of leaky ReLU: min z), max h, max z, non-finite values of h, NaNs of z.
 */
export const BLOCK: usize = 192;

// @ts-ignore: decorator
@inline
export function low2(v: v128): v128 {
  return f64x2.promote_low_f32x4(v);
}

// @ts-ignore: decorator
@inline
export function high2(v: v128): v128 {
  return f64x2.promote_low_f32x4(i8x16.shuffle(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15));
}

/** min h of four channels, where no zero tells it. */
function lowest(h: usize, rows: usize, rowBytes: usize): v128 {
  let low = f32x4.splat(Infinity);
  for (; rows > 0; rows--) {
    low = f32x4.pmin(low, v128.load(h));
    h += rowBytes;
  }
  return low;
}

/**
 * Four channels with values that are not finite, once more: counts those of h and the NaNs of z, lets NaN into
 * the extremes, and tells, where every number fires, the units and samples that did.
 */
function examine(
  z: usize, h: usize, batch: i32, positions: i32, rowBytes: usize, always: bool, units: usize, fired: usize, acc: usize,
): void {
  let bad = i32x4.splat(0), nan = bad;
  let low = f32x4.splat(Infinity), top = f32x4.splat(-Infinity), topZ = top;
  if (always) for (let p = 0; p < positions; p++) v128.store(units + <usize>p * rowBytes, i32x4.splat(0));
  for (let n = 0; n < batch; n++) {
    let any = i32x4.splat(0);
    for (let p = 0; p < positions; p++) {
      const hv = v128.load(h), zv = v128.load(z);
      bad = i32x4.sub(bad, v128.not(f32x4.lt(f32x4.abs(hv), f32x4.splat(Infinity))));
      nan = i32x4.sub(nan, f32x4.ne(zv, zv));
      low = f32x4.min(low, hv);
      top = f32x4.max(top, hv);
      topZ = f32x4.max(topZ, zv);
      if (always) {
        const fires = f32x4.eq(zv, zv), unit = units + <usize>p * rowBytes;
        v128.store(unit, i32x4.sub(v128.load(unit), fires));
        any = v128.or(any, fires);
      }
      z += rowBytes;
      h += rowBytes;
    }
    if (always) v128.store(fired + <usize>n * rowBytes, any);
  }
  v128.store(acc, low, 112);
  v128.store(acc, top, 128);
  v128.store(acc, topZ, 144);
  v128.store(acc, bad, 160);
  v128.store(acc, nan, 176);
}

// @ts-ignore: decorator
@inline
function leaky(z: v128, slope: f32): v128 {
  return select(f32x4.gt(z, f32x4.splat(0)), z, f32x4.mul(z, f32x4.splat(slope)));
}

/** Completes the accumulators of four channels and stores their counts. */
export function finish(
  kind: i32, z: usize, h: usize, batch: i32, positions: i32, rowBytes: usize, always: bool, units: usize, fired: usize,
  acc: usize, slope: f32, counts: usize,
): void {
  const zero = f32x4.splat(0);
  const magnitudes = kind > SIX ? acc + 32 : acc;
  const both = f64x2.add(v128.load(magnitudes), v128.load(magnitudes, 16));
  const total = f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1);
  // A sum of magnitudes is finite exactly where every value is.
  const finite = total < Infinity;
  let topZ = v128.load(acc, 144);
  if (kind == RECTIFIED) {
    for (let n = 0; n < batch; n++) topZ = f32x4.pmax(topZ, v128.load(fired + <usize>n * rowBytes));
    v128.store(acc, topZ, 144);
  }
  if (!finite) examine(z, h, batch, positions, rowBytes, always, units, fired, acc);
  let zeros = v128.load(acc, 96);
  if (kind <= SIX) {
    let above = zeros;
    if (kind == RECTIFIED) for (let p = 0; p < positions; p++) above = i32x4.add(above, v128.load(units + <usize>p * rowBytes));
    zeros = i32x4.sub(i32x4.sub(i32x4.splat(batch * positions), above), v128.load(acc, 176));
    v128.store(acc, v128.load(acc), 32);
    v128.store(acc, v128.load(acc, 16), 48);
    if (finite) {
      let top = f32x4.pmax(topZ, zero);
      if (kind == SIX) top = f32x4.pmin(top, f32x4.splat(6));
      v128.store(acc, top, 128);
      v128.store(acc, i32x4.all_true(zeros) ? zero : lowest(h, <usize>batch * positions, rowBytes), 112);
    }
  }
  if (kind == LEAKY && finite) {
    v128.store(acc, leaky(v128.load(acc, 112), slope), 112);
    v128.store(acc, leaky(topZ, slope), 128);
  }
  let samples = i32x4.splat(0);
  for (let n = 0; n < batch; n++) {
    const row = v128.load(fired + <usize>n * rowBytes);
    samples = i32x4.sub(samples, kind == RECTIFIED ? f32x4.gt(row, zero) : row);
  }
  v128.store(counts, samples);
  v128.store(counts + rowBytes, zeros);
  v128.store(counts + 2 * rowBytes, v128.load(acc, 160));
  v128.store(counts + 3 * rowBytes, v128.load(acc, 176));
}

/** The figures of four channels: f64[6, channels]. */
export function storeFigures(acc: usize, values: usize, rowBytes: usize): void {
  const row = 2 * rowBytes;
  for (let i: usize = 0; i < 3; i++) {
    v128.store(values + i * row, v128.load(acc + 32 * i));
    v128.store(values + i * row, v128.load(acc + 32 * i, 16), 16);
    const extremes = v128.load(acc + 16 * i, 112);
    v128.store(values + (i + 3) * row, low2(extremes));
    v128.store(values + (i + 3) * row, high2(extremes), 16);
  }
}

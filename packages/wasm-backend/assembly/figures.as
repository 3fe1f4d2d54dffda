// What a counting pass has added up, made into counts and figures.

/** How h comes about: relu, relu6, leaky ReLU with a slope from 0 to 1, or any function, which has been applied already. */
export const RECTIFIED = 0;
export const SIX = 1;
export const LEAKY = 2;
export const MADE = 3;

/**
 * Bytes of the accumulators of four channels: Σh, Σ|h|, Σh² in float64, two vectors each, then one vector each of zeros of h
 * (values above 0 where h is never below it), min h (of relu6 and leaky ReLU: min z), max h, max z, non-finite values of h, NaNs of z.
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

/** Adds a tile's sums about k, of `count` values, to those in float64: Σh = Σd + n k, Σh² = Σd² + 2 k Σd + n k². */
// @ts-ignore: decorator
@inline
export function fold(acc: usize, s: v128, q: v128, k: v128, count: v128): void {
  const sums = low2(s), pivot = low2(k), all = f64x2.mul(pivot, count);
  v128.store(acc, f64x2.add(v128.load(acc), f64x2.add(sums, all)));
  const twice = f64x2.add(f64x2.add(sums, sums), all);
  v128.store(acc, f64x2.add(v128.load(acc, 64), f64x2.add(low2(q), f64x2.mul(pivot, twice))), 64);
  const sums1 = high2(s), pivot1 = high2(k), all1 = f64x2.mul(pivot1, count);
  v128.store(acc, f64x2.add(v128.load(acc, 16), f64x2.add(sums1, all1)), 16);
  const twice1 = f64x2.add(f64x2.add(sums1, sums1), all1);
  v128.store(acc, f64x2.add(v128.load(acc, 80), f64x2.add(high2(q), f64x2.mul(pivot1, twice1))), 80);
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
 * Four channels whose sums float32 could not hold, or with values that are not finite, once more: sums in float64, counts what
 * is not finite in h and the NaNs of z, lets NaN into the extremes, and tells, where every number fires, the units and
 * samples that did.
 */
function examine(
  z: usize, h: usize, batch: i32, positions: i32, rowBytes: usize, always: bool, units: usize, fired: usize, acc: usize,
): void {
  let bad = i32x4.splat(0), nan = bad;
  let low = f32x4.splat(Infinity), top = f32x4.splat(-Infinity), topZ = top;
  const none = f64x2.splat(0);
  let s0 = none, s1 = none, a0 = none, a1 = none, q0 = none, q1 = none;
  if (always) for (let p = 0; p < positions; p++) v128.store(units + <usize>p * rowBytes, i32x4.splat(0));
  for (let n = 0; n < batch; n++) {
    let any = i32x4.splat(0);
    for (let p = 0; p < positions; p++) {
      const hv = v128.load(h), zv = v128.load(z);
      const left = low2(hv), right = high2(hv);
      s0 = f64x2.add(s0, left);
      s1 = f64x2.add(s1, right);
      a0 = f64x2.add(a0, f64x2.abs(left));
      a1 = f64x2.add(a1, f64x2.abs(right));
      q0 = f64x2.add(q0, f64x2.mul(left, left));
      q1 = f64x2.add(q1, f64x2.mul(right, right));
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
  v128.store(acc, s0);
  v128.store(acc, s1, 16);
  v128.store(acc, a0, 32);
  v128.store(acc, a1, 48);
  v128.store(acc, q0, 64);
  v128.store(acc, q1, 80);
  v128.store(acc, low, 112);
  v128.store(acc, top, 128);
  v128.store(acc, topZ, 144);
  v128.store(acc, bad, 160);
  v128.store(acc, nan, 176);
}

// @ts-ignore: decorator
@inline
function leaky(z: v128, slope: f32): v128 {
  return f32x4.pmax(z, f32x4.mul(z, f32x4.splat(slope)));
}

/**
 * Of n values, sums of squares in float32 are off by less than 1.5e-45 a value, where numbers end: by a rounding of the largest
 * square at most if that is of a value above this times √n.
 */
const SMALL: f32 = 2e-19;

/** Whether sums of four channels can't be relied on: a value is not finite, a square overflowed, or all squares may have underflowed. */
function inexact(kind: i32, count: i32, acc: usize): bool {
  const sums = f64x2.add(v128.load(acc), v128.load(acc, 16)), squares = f64x2.add(v128.load(acc, 64), v128.load(acc, 80));
  const total = f64x2.abs(f64x2.add(sums, squares));
  if (!(f64x2.extract_lane(total, 0) + f64x2.extract_lane(total, 1) < Infinity)) return true;
  const zero = f32x4.splat(0);
  // Of leaky ReLU, the extremes are those of z.
  let largest = f32x4.pmax(v128.load(acc, 144), zero);
  if (kind == LEAKY) largest = f32x4.pmax(largest, f32x4.neg(v128.load(acc, 112)));
  if (kind == MADE) largest = f32x4.pmax(f32x4.abs(v128.load(acc, 112)), f32x4.abs(v128.load(acc, 128)));
  return v128.any_true(v128.and(f32x4.gt(largest, zero), f32x4.lt(largest, f32x4.splat(SMALL * sqrt<f32>(<f32>count)))));
}

/** Completes the accumulators of four channels and stores their counts. */
function finish(
  kind: i32, z: usize, h: usize, batch: i32, positions: i32, rowBytes: usize, always: bool, units: usize, fired: usize,
  acc: usize, slope: f32, counts: usize,
): void {
  const zero = f32x4.splat(0);
  if (kind == RECTIFIED) {
    let topZ = v128.load(acc, 144);
    for (let n = 0; n < batch; n++) topZ = f32x4.pmax(topZ, v128.load(fired + <usize>n * rowBytes));
    v128.store(acc, topZ, 144);
  }
  const again = inexact(kind, batch * positions, acc);
  if (again) examine(z, h, batch, positions, rowBytes, always, units, fired, acc);
  const topZ = v128.load(acc, 144);
  let zeros = v128.load(acc, 96);
  if (kind <= SIX) {
    if (kind == RECTIFIED) {
      // Units with a NaN have been mended since they were added up.
      zeros = zero;
      for (let p = 0; p < positions; p++) zeros = i32x4.add(zeros, v128.load(units + <usize>p * rowBytes));
    }
    zeros = i32x4.sub(i32x4.sub(i32x4.splat(batch * positions), zeros), v128.load(acc, 176));
    v128.store(acc, v128.load(acc), 32);
    v128.store(acc, v128.load(acc, 16), 48);
    if (!again) {
      let top = f32x4.pmax(topZ, zero);
      if (kind == SIX) top = f32x4.pmin(top, f32x4.splat(6));
      v128.store(acc, top, 128);
      // Of relu6, the smallest z is there already: to look for the smallest h takes longer than all the rest.
      let low = f32x4.pmin(f32x4.pmax(v128.load(acc, 112), zero), f32x4.splat(6));
      if (kind == RECTIFIED) low = i32x4.all_true(zeros) ? zero : lowest(h, <usize>batch * positions, rowBytes);
      v128.store(acc, low, 112);
    }
  }
  if (kind == LEAKY && !again) {
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
function storeFigures(acc: usize, values: usize, rowBytes: usize): void {
  const row = 2 * rowBytes;
  for (let i: usize = 0; i < 3; i++) {
    v128.store(values + i * row, v128.load(acc + 32 * i));
    v128.store(values + i * row, v128.load(acc + 32 * i, 16), 16);
    const extremes = v128.load(acc + 16 * i, 112);
    v128.store(values + (i + 3) * row, low2(extremes));
    v128.store(values + (i + 3) * row, high2(extremes), 16);
  }
}

/** Adds what another part of the positions has counted of four channels. */
function join(acc: usize, other: usize): void {
  for (let i: usize = 0; i < 96; i += 16) v128.store(acc + i, f64x2.add(v128.load(acc + i), v128.load(other + i)));
  v128.store(acc, i32x4.add(v128.load(acc, 96), v128.load(other, 96)), 96);
  v128.store(acc, f32x4.pmin(v128.load(acc, 112), v128.load(other, 112)), 112);
  v128.store(acc, f32x4.pmax(v128.load(acc, 128), v128.load(other, 128)), 128);
  v128.store(acc, f32x4.pmax(v128.load(acc, 144), v128.load(other, 144)), 144);
}

/**
 * The counts and figures of a layer from what `countPositions` has left in `parts` parts, one after the other at `fired` and
 * `base`.
 *
 * @param kind    how h came about
 * @param windows intervals in which a unit fires; 0: wherever z is a number
 * @param counts  i32[4, channels]: samples that fired, zeros, non-finite, NaN of z
 * @param values  f64[6, channels]: Σh, Σ|h|, Σh², min h, max h, max z
 */
export function finishKind(
  kind: i32, z: usize, h: usize, batch: i32, positions: i32, channels: i32, a: f32, windows: i32, parts: i32, units: usize,
  fired: usize, base: usize, counts: usize, values: usize,
): void {
  const rowBytes: usize = channels << 2;
  const masks = <usize>batch * rowBytes, blocks = (<usize>channels >> 2) * BLOCK;
  for (let part = 1; part < parts; part++) {
    for (let i: usize = 0; i < masks; i += 16) {
      const one = v128.load(fired + i), other = v128.load(fired + <usize>part * masks + i);
      v128.store(fired + i, kind == RECTIFIED ? f32x4.pmax(one, other) : v128.or(one, other));
    }
    for (let i: usize = 0; i < blocks; i += BLOCK) join(base + i, base + <usize>part * blocks + i);
  }
  for (let c: usize = 0, acc = base; c < rowBytes; c += 16, acc += BLOCK) {
    finish(kind, z + c, h + c, batch, positions, rowBytes, windows == 0, units + c, fired + c, acc, a, counts + c);
    storeFigures(acc, values + 2 * c, rowBytes);
  }
}

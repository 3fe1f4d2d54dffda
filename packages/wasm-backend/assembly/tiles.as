import { countZeros, touch } from './blocks';
import { BLOCK, fold, LEAKY, MADE, RECTIFIED, SIX } from './figures';
import { fma } from './vector';

// The counts of one tile in float32, for channels by fours: what counting.as does where it doesn't count by blocks.

// @ts-ignore: decorator
@inline
function made(kind: i32, z: v128, h: usize, a: v128): v128 {
  const zero = f32x4.splat(0);
  if (kind == MADE) return v128.load(h);
  if (kind == RECTIFIED) return f32x4.pmax(z, zero);
  if (kind == SIX) return f32x4.pmin(f32x4.pmax(z, zero), f32x4.splat(6));
  return f32x4.pmax(z, f32x4.mul(z, a));
}

/**
 * One tile of one or two samples, for functions that are never below 0 and fire where they are bent: Σ|h| is Σh, and
 * extremes of z tell those of h.
 *
 * @param units i32[rows, channels], added to
 * @param fired a row for each sample: masks, for relu the largest z
 * @param ahead bytes to the tile whose lines are brought into the cache meanwhile; 0: none
 */
// @ts-ignore: decorator
@inline
function countRising(
  kind: i32, two: bool, z: usize, dh: usize, sample: usize, rows: i32, rowBytes: usize, units: usize, fired: usize, acc: usize,
  ahead: usize,
): void {
  let next = z + ahead;
  const zero = f32x4.splat(0), six = f32x4.splat(6);
  const count = f64x2.splat(rows);
  for (let c: usize = 0; c < rowBytes; c += 16) {
    let p = z + c, u = units + c, f = fired + c;
    const k = made(kind, v128.load(p), 0, zero);
    const kn = two ? made(kind, v128.load(p + sample), 0, zero) : zero;
    let s = zero, q = zero, sn = zero, qn = zero;
    let positive = v128.load(acc, 96), topZ = v128.load(acc, 144), lowZ = v128.load(acc, 112);
    let mask = v128.load(f), maskN = two ? v128.load(f + rowBytes) : zero;
    const end = p + <usize>rows * rowBytes;
    while (p < end) {
      touch(next);
      touch(next + dh);
      if (two) {
        touch(next + sample);
        touch(next + sample + dh);
      }
      next += 16;
      const zv = v128.load(p);
      const hv = made(kind, zv, 0, zero);
      v128.store(p + dh, hv);
      const d = f32x4.sub(hv, k);
      s = f32x4.add(s, d);
      q = fma(d, d, q);
      let above = f32x4.gt(zv, zero), fires = above;
      positive = i32x4.sub(positive, above);
      if (kind == RECTIFIED) mask = f32x4.pmax(mask, zv);
      else {
        topZ = f32x4.pmax(topZ, zv);
        lowZ = f32x4.pmin(lowZ, zv);
        fires = v128.and(above, f32x4.lt(zv, six));
        mask = v128.or(mask, fires);
      }
      if (two) {
        const zn = v128.load(p + sample);
        const hn = made(kind, zn, 0, zero);
        v128.store(p + sample + dh, hn);
        const dn = f32x4.sub(hn, kn);
        sn = f32x4.add(sn, dn);
        qn = fma(dn, dn, qn);
        above = f32x4.gt(zn, zero);
        positive = i32x4.sub(positive, above);
        let both = above;
        if (kind == RECTIFIED) maskN = f32x4.pmax(maskN, zn);
        else {
          topZ = f32x4.pmax(topZ, zn);
          lowZ = f32x4.pmin(lowZ, zn);
          both = v128.and(above, f32x4.lt(zn, six));
          maskN = v128.or(maskN, both);
        }
        fires = i32x4.add(fires, both);
      }
      v128.store(u, i32x4.sub(v128.load(u), fires));
      p += rowBytes;
      u += rowBytes;
    }
    fold(acc, s, q, k, count);
    if (two) fold(acc, sn, qn, kn, count);
    v128.store(f, mask);
    if (two) v128.store(f + rowBytes, maskN);
    v128.store(acc, positive, 96);
    if (kind == SIX) {
      v128.store(acc, lowZ, 112);
      v128.store(acc, topZ, 144);
    }
    acc += BLOCK;
  }
}

/** Where a unit fires: in one of `windows` closed intervals. */
// @ts-ignore: decorator
@inline
function fires(windows: i32, z: v128, edges: usize): v128 {
  const first = v128.and(f32x4.ge(z, v128.load32_splat(edges)), f32x4.le(z, v128.load32_splat(edges, 4)));
  if (windows == 1) return first;
  return v128.or(
    first,
    v128.and(f32x4.ge(z, v128.load32_splat(edges, 8)), f32x4.le(z, v128.load32_splat(edges, 12))),
  );
}

/** Takes a column's units that don't fire off the counts, and returns where one fires. */
export function recountUnits(windows: i32, z: usize, rows: i32, rowBytes: usize, units: usize, edges: usize): v128 {
  let any = i32x4.splat(0);
  for (; rows > 0; rows--) {
    const on = windows == 1 ? fires(1, v128.load(z), edges) : fires(2, v128.load(z), edges);
    any = v128.or(any, on);
    v128.store(units, i32x4.add(v128.load(units), v128.not(on)));
    z += rowBytes;
    units += rowBytes;
  }
  return any;
}

/**
 * One tile of one sample, for the other functions. What is rare is looked for once a tile: zeros of h, by the smallest |h|, and
 * units that don't fire, by the extremes of z and its distance from the gap between two intervals.
 *
 * @param windows intervals in which a unit fires; 0: a unit fires wherever z is a number, which is not counted here
 * @param units   i32[rows, channels], full; what does not fire is taken off
 * @param fired   a row of masks
 * @param ahead   as above
 */
// @ts-ignore: decorator
@inline
function countSigned(
  kind: i32, windows: i32, z: usize, dh: usize, rows: i32, rowBytes: usize, units: usize, fired: usize, acc: usize, slope: f32,
  edges: usize, ahead: usize,
): void {
  let next = z + ahead;
  const zero = f32x4.splat(0), a = f32x4.splat(slope), infinite = f32x4.splat(Infinity);
  const count = f64x2.splat(rows);
  const first = windows > 0 ? v128.load32_splat(edges) : zero;
  const last = windows > 0 ? v128.load32_splat(windows == 1 ? edges + 4 : edges + 12) : zero;
  const gapLow = windows > 1 ? v128.load32_splat(edges, 4) : zero, gapHigh = windows > 1 ? v128.load32_splat(edges, 8) : zero;
  const half = f32x4.splat(0.5);
  const middle = f32x4.mul(f32x4.add(gapLow, gapHigh), half);
  // Wider than half the gap by more than the roundings.
  const reach = fma(f32x4.abs(middle), f32x4.splat(1e-6), f32x4.sub(gapHigh, gapLow));
  for (let c: usize = 0; c < rowBytes; c += 16) {
    let p = z + c;
    const k = made(kind, v128.load(p), p + dh, a);
    let s = zero, q = zero, magnitudes = zero, smallest = infinite, lowZ = infinite, away = infinite;
    let low = v128.load(acc, 112), top = v128.load(acc, 128), topZ = f32x4.neg(infinite);
    const end = p + <usize>rows * rowBytes;
    while (p < end) {
      if (kind == LEAKY) {
        touch(next);
        touch(next + dh);
        next += 16;
      }
      const zv = v128.load(p);
      const hv = made(kind, zv, p + dh, a);
      if (kind != MADE) v128.store(p + dh, hv);
      const d = f32x4.sub(hv, k);
      s = f32x4.add(s, d);
      q = fma(d, d, q);
      const size = f32x4.abs(hv);
      magnitudes = f32x4.add(magnitudes, size);
      smallest = f32x4.pmin(smallest, size);
      topZ = f32x4.pmax(topZ, zv);
      if (windows > 0 || kind == LEAKY) lowZ = f32x4.pmin(lowZ, zv);
      if (windows > 1) away = f32x4.pmin(away, f32x4.abs(f32x4.sub(zv, middle)));
      if (kind == MADE) {
        low = f32x4.pmin(low, hv);
        top = f32x4.pmax(top, hv);
      }
      p += rowBytes;
    }
    fold(acc, s, q, k, count);
    v128.store(acc, f64x2.add(v128.load(acc, 32), f64x2.promote_low_f32x4(magnitudes)), 32);
    v128.store(acc, f64x2.add(v128.load(acc, 48), f64x2.promote_low_f32x4(i64x2.shuffle(magnitudes, magnitudes, 1, 1))), 48);
    if (v128.any_true(f32x4.eq(smallest, zero)))
      v128.store(acc, i32x4.add(v128.load(acc, 96), countZeros(z + c + dh, rows, rowBytes)), 96);
    // Leaky ReLU with a slope above 0 rises: extremes of z tell those of h.
    v128.store(acc, kind == LEAKY ? f32x4.pmin(low, lowZ) : low, 112);
    if (kind == MADE) v128.store(acc, top, 128);
    v128.store(acc, f32x4.pmax(v128.load(acc, 144), topZ), 144);
    if (windows > 0) {
      let all = v128.and(v128.and(f32x4.ge(lowZ, first), f32x4.le(topZ, last)), f32x4.eq(s, s));
      if (windows > 1) all = v128.and(all, f32x4.gt(away, reach));
      const any = i32x4.all_true(all) ? all : recountUnits(windows, z + c, rows, rowBytes, units + c, edges);
      v128.store(fired + c, v128.or(v128.load(fired + c), any));
    }
    acc += BLOCK;
  }
}

// One function for each way: the engine then keeps everything in registers.
export function rectified(
  z: usize, dh: usize, sample: usize, two: bool, rows: i32, rowBytes: usize, units: usize, fired: usize, acc: usize, ahead: usize,
): void {
  if (two) countRising(RECTIFIED, true, z, dh, sample, rows, rowBytes, units, fired, acc, ahead);
  else countRising(RECTIFIED, false, z, dh, sample, rows, rowBytes, units, fired, acc, ahead);
}
export function six(
  z: usize, dh: usize, sample: usize, two: bool, rows: i32, rowBytes: usize, units: usize, fired: usize, acc: usize, ahead: usize,
): void {
  if (two) countRising(SIX, true, z, dh, sample, rows, rowBytes, units, fired, acc, ahead);
  else countRising(SIX, false, z, dh, sample, rows, rowBytes, units, fired, acc, ahead);
}
export function leaky(z: usize, dh: usize, rows: i32, rowBytes: usize, acc: usize, slope: f32, ahead: usize): void {
  countSigned(LEAKY, 0, z, dh, rows, rowBytes, 0, 0, acc, slope, 0, ahead);
}
export function always(z: usize, dh: usize, rows: i32, rowBytes: usize, acc: usize): void {
  countSigned(MADE, 0, z, dh, rows, rowBytes, 0, 0, acc, 0, 0, 0);
}
export function within(
  z: usize, dh: usize, rows: i32, rowBytes: usize, units: usize, fired: usize, acc: usize, edges: usize,
): void {
  countSigned(MADE, 1, z, dh, rows, rowBytes, units, fired, acc, 0, edges, 0);
}
export function withinTwo(
  z: usize, dh: usize, rows: i32, rowBytes: usize, units: usize, fired: usize, acc: usize, edges: usize,
): void {
  countSigned(MADE, 2, z, dh, rows, rowBytes, units, fired, acc, 0, edges, 0);
}

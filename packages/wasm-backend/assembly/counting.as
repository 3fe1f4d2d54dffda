import { activation } from './activations';
import { BLOCK, finish, high2, LEAKY, low2, MADE, RECTIFIED, SIX, storeFigures } from './figures';
import { select } from './vector';

// Activates and counts in one pass over memory, by whole vectors of channels. Streams of a few samples, two positions at a
// time: samples share the load and store of their units' counts, positions those of the accumulators.

/** a · b + c */
// @ts-ignore: decorator
@inline
function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f64x2.relaxed_madd(a, b, c);
  return f64x2.add(f64x2.mul(a, b), c);
}

/** Where a unit fires: in one of `windows` closed intervals. */
// @ts-ignore: decorator
@inline
function fires(kind: i32, windows: i32, z: v128, edges: usize): v128 {
  const zero = f32x4.splat(0);
  if (kind == RECTIFIED) return f32x4.gt(z, zero);
  if (kind == SIX) return v128.and(f32x4.gt(z, zero), f32x4.lt(z, f32x4.splat(6)));
  const first = v128.and(f32x4.ge(z, v128.load32_splat(edges)), f32x4.le(z, v128.load32_splat(edges, 4)));
  if (windows == 1) return first;
  return v128.or(
    first,
    v128.and(f32x4.ge(z, v128.load32_splat(edges, 8)), f32x4.le(z, v128.load32_splat(edges, 12))),
  );
}

// @ts-ignore: decorator
@inline
function made(kind: i32, z: v128, h: usize, a: v128): v128 {
  const zero = f32x4.splat(0);
  if (kind == MADE) return v128.load(h);
  if (kind == RECTIFIED) return f32x4.pmax(z, zero);
  if (kind == SIX) return f32x4.pmin(f32x4.pmax(z, zero), f32x4.splat(6));
  return select(f32x4.gt(z, zero), z, f32x4.mul(z, a));
}

/**
 * One or two neighbouring positions of `samples` samples.
 *
 * @param windows intervals in which a unit fires; 0: a unit fires wherever z is a number, which is not counted here
 * @param units   i32[1 or 2, channels], added to
 * @param fired   a row of masks for each sample; for relu of the largest z
 */
// @ts-ignore: decorator
@inline
function countTile(
  kind: i32, windows: i32, two: bool, z: usize, dh: usize, sample: usize, samples: i32, rowBytes: usize, units: usize,
  fired: usize, acc: usize, slope: f32, edges: usize,
): void {
  const zero = f32x4.splat(0);
  const a = f32x4.splat(slope);
  // Of functions that are never below 0, Σ|h| is Σh. h never falls as z rises: extremes of z tell those of h.
  const signed = kind > SIX;
  for (let c: usize = 0; c < rowBytes; c += 16) {
    let s0 = v128.load(acc), s1 = v128.load(acc, 16), q0 = v128.load(acc, 64), q1 = v128.load(acc, 80);
    let a0 = v128.load(acc, 32), a1 = v128.load(acc, 48);
    let zeros = v128.load(acc, 96), low = v128.load(acc, 112), top = v128.load(acc, 128), topZ = v128.load(acc, 144);
    let u0 = v128.load(units + c), u1 = two ? v128.load(units + rowBytes + c) : zero;
    let p = z + c;
    let f = fired + c;
    const end = f + <usize>samples * rowBytes;
    while (f < end) {
      const hp = p + dh;
      const zv = v128.load(p);
      const hv = made(kind, zv, hp, a);
      if (kind != MADE) v128.store(hp, hv);
      if (kind != RECTIFIED) topZ = f32x4.pmax(topZ, zv);
      let largest = kind == RECTIFIED ? f32x4.pmax(v128.load(f), zv) : zero;
      let any = zero;
      if (windows > 0) {
        any = fires(kind, windows, zv, edges);
        u0 = i32x4.sub(u0, any);
      }
      if (kind == SIX) zeros = i32x4.sub(zeros, f32x4.gt(zv, zero));
      if (signed) zeros = i32x4.sub(zeros, f32x4.eq(hv, zero));
      if (signed) low = f32x4.pmin(low, kind == LEAKY ? zv : hv);
      if (kind == MADE) top = f32x4.pmax(top, hv);
      const left = low2(hv), right = high2(hv);
      if (!two) {
        s0 = f64x2.add(s0, left);
        s1 = f64x2.add(s1, right);
        q0 = madd(left, left, q0);
        q1 = madd(right, right, q1);
      }
      if (signed) {
        a0 = f64x2.add(a0, f64x2.abs(left));
        a1 = f64x2.add(a1, f64x2.abs(right));
      }
      if (two) {
        const nextP = p + rowBytes, nextH = hp + rowBytes;
        const zn = v128.load(nextP);
        const hn = made(kind, zn, nextH, a);
        if (kind != MADE) v128.store(nextH, hn);
        if (kind == RECTIFIED) largest = f32x4.pmax(largest, zn);
        else topZ = f32x4.pmax(topZ, zn);
        if (windows > 0) {
          const next = fires(kind, windows, zn, edges);
          u1 = i32x4.sub(u1, next);
          any = v128.or(any, next);
        }
        if (kind == SIX) zeros = i32x4.sub(zeros, f32x4.gt(zn, zero));
        if (signed) zeros = i32x4.sub(zeros, f32x4.eq(hn, zero));
        if (signed) low = f32x4.pmin(low, kind == LEAKY ? zn : hn);
        if (kind == MADE) top = f32x4.pmax(top, hn);
        const leftN = low2(hn), rightN = high2(hn);
        // Pairs first: each sum would wait for the one before.
        s0 = f64x2.add(s0, f64x2.add(left, leftN));
        s1 = f64x2.add(s1, f64x2.add(right, rightN));
        q0 = f64x2.add(q0, madd(left, left, f64x2.mul(leftN, leftN)));
        q1 = f64x2.add(q1, madd(right, right, f64x2.mul(rightN, rightN)));
        if (signed) {
          a0 = f64x2.add(a0, f64x2.abs(leftN));
          a1 = f64x2.add(a1, f64x2.abs(rightN));
        }
      }
      if (kind == RECTIFIED) v128.store(f, largest);
      else if (windows > 0) v128.store(f, v128.or(v128.load(f), any));
      p += sample;
      f += rowBytes;
    }
    v128.store(acc, s0);
    v128.store(acc, s1, 16);
    v128.store(acc, q0, 64);
    v128.store(acc, q1, 80);
    if (signed) {
      v128.store(acc, a0, 32);
      v128.store(acc, a1, 48);
      v128.store(acc, low, 112);
      v128.store(acc, top, 128);
    }
    if (kind != RECTIFIED) {
      v128.store(acc, zeros, 96);
      v128.store(acc, topZ, 144);
    }
    v128.store(units + c, u0);
    if (two) v128.store(units + rowBytes + c, u1);
    acc += BLOCK;
  }
}

// @ts-ignore: decorator
@inline
function countRows(
  kind: i32, windows: i32, z: usize, dh: usize, sample: usize, samples: i32, rows: i32, rowBytes: usize, units: usize,
  fired: usize, acc: usize, slope: f32, edges: usize,
): void {
  for (; rows > 1; rows -= 2) {
    countTile(kind, windows, true, z, dh, sample, samples, rowBytes, units, fired, acc, slope, edges);
    z += 2 * rowBytes;
    units += 2 * rowBytes;
  }
  if (rows > 0) countTile(kind, windows, false, z, dh, sample, samples, rowBytes, units, fired, acc, slope, edges);
}

// One function for each way: the engine then keeps everything in registers.
function rectified(
  z: usize, dh: usize, sample: usize, samples: i32, rows: i32, rowBytes: usize, units: usize, fired: usize, acc: usize,
): void {
  countRows(RECTIFIED, 1, z, dh, sample, samples, rows, rowBytes, units, fired, acc, 0, 0);
}
function six(
  z: usize, dh: usize, sample: usize, samples: i32, rows: i32, rowBytes: usize, units: usize, fired: usize, acc: usize,
): void {
  countRows(SIX, 1, z, dh, sample, samples, rows, rowBytes, units, fired, acc, 0, 0);
}
function leaky(
  z: usize, dh: usize, sample: usize, samples: i32, rows: i32, rowBytes: usize, units: usize, fired: usize, acc: usize,
  slope: f32,
): void {
  countRows(LEAKY, 0, z, dh, sample, samples, rows, rowBytes, units, fired, acc, slope, 0);
}
function always(
  z: usize, dh: usize, sample: usize, samples: i32, rows: i32, rowBytes: usize, units: usize, fired: usize, acc: usize,
): void {
  countRows(MADE, 0, z, dh, sample, samples, rows, rowBytes, units, fired, acc, 0, 0);
}
function within(
  z: usize, dh: usize, sample: usize, samples: i32, rows: i32, rowBytes: usize, units: usize, fired: usize, acc: usize,
  edges: usize,
): void {
  countRows(MADE, 1, z, dh, sample, samples, rows, rowBytes, units, fired, acc, 0, edges);
}
function withinTwo(
  z: usize, dh: usize, sample: usize, samples: i32, rows: i32, rowBytes: usize, units: usize, fired: usize, acc: usize,
  edges: usize,
): void {
  countRows(MADE, 2, z, dh, sample, samples, rows, rowBytes, units, fired, acc, 0, edges);
}

/**
 * h = f(z) and its statistics per channel, for channels by fours (`op`: as in `activation`).
 *
 * @param windows closed intervals of z in which a unit fires, up to two; 0: wherever z is a number
 * @param edges   f32[2 · windows]; not read for relu and relu6, which fire where their slope is 1
 * @param strip   positions of a sample that are activated, then counted, where that is not one loop
 * @param units   i32[positions, channels], zeroed
 * @param fired   scratch i32[batch, channels], zeroed
 * @param base    scratch of {@link BLOCK} bytes for each four channels, zeroed
 * @param counts  i32[4, channels]: samples that fired, zeros, non-finite, NaN of z
 * @param values  f64[6, channels]: Σh, Σ|h|, Σh², min h, max h, max z
 */
export function countedActivation(
  op: i32, z: usize, h: usize, batch: i32, positions: i32, channels: i32, a: f32, b: f32, windows: i32, edges: usize,
  strip: i32, units: usize, fired: usize, base: usize, counts: usize, values: usize,
): void {
  const rowBytes: usize = channels << 2;
  const sample: usize = <usize>positions * rowBytes;
  const kind = op == RECTIFIED || op == SIX || (op == LEAKY && a > 0 && windows == 0) ? op : MADE;
  const nothing = f32x4.splat(-Infinity);
  for (let c: usize = 0, acc = base; c < rowBytes; c += 16, acc += BLOCK) {
    v128.store(acc, f32x4.splat(Infinity), 112);
    v128.store(acc, nothing, 128);
    v128.store(acc, nothing, 144);
  }
  const masks = <usize>batch * rowBytes;
  if (kind == RECTIFIED) for (let i: usize = 0; i < masks; i += 16) v128.store(fired + i, nothing);
  // Rows of a whole page all map to the same lines of the first-level cache: fewer of them at once.
  const together = (rowBytes & 4095) == 0 ? 2 : 4;
  for (let n = 0; n < batch; n += together) {
    const samples = min(together, batch - n);
    const mask = fired + <usize>n * rowBytes;
    const step = kind == MADE ? strip : positions;
    for (let p = 0; p < positions; p += step) {
      const rows = min(step, positions - p);
      const at = <usize>p * rowBytes;
      const from = z + <usize>n * sample + at;
      const dh = h - z;
      if (kind == RECTIFIED) rectified(from, dh, sample, samples, rows, rowBytes, units + at, mask, base);
      else if (kind == SIX) six(from, dh, sample, samples, rows, rowBytes, units + at, mask, base);
      else if (kind == LEAKY) leaky(from, dh, sample, samples, rows, rowBytes, units + at, mask, base, a);
      else {
        for (let i = 0; i < samples; i++) {
          const one = from + <usize>i * sample;
          activation(op, one, one + dh, <usize>rows * channels, a, b);
        }
        if (windows == 0) always(from, dh, sample, samples, rows, rowBytes, units + at, mask, base);
        else if (windows == 1) within(from, dh, sample, samples, rows, rowBytes, units + at, mask, base, edges);
        else withinTwo(from, dh, sample, samples, rows, rowBytes, units + at, mask, base, edges);
      }
    }
  }
  if (windows == 0 && kind > SIX) {
    for (let i: usize = 0; i < sample; i += 16) v128.store(units + i, i32x4.splat(batch));
    for (let i: usize = 0; i < masks; i += 16) v128.store(fired + i, i32x4.splat(-1));
  }
  for (let c: usize = 0, acc = base; c < rowBytes; c += 16, acc += BLOCK) {
    finish(kind, z + c, h + c, batch, positions, rowBytes, windows == 0, units + c, fired + c, acc, a, counts + c);
    storeFigures(acc, values + 2 * c, rowBytes);
  }
}

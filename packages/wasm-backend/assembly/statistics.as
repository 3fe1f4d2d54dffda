import { activationGrad } from './activationGradients';
import { activation } from './activations';
import { prelu, preluGrad } from './prelu';

// Statistics of a layer in the pass that applies its activation. The work goes by strips of positions that stay in the
// first-level cache: activate, differentiate, count. Accumulators are padded to whole vectors of channels.

// @ts-ignore: decorator
@inline
function high(v: v128): v128 {
  return f64x2.promote_low_f32x4(i8x16.shuffle(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15));
}

/** The first `lanes` floats at p; the others are 0. */
function loadLanes(p: usize, lanes: i32): v128 {
  let v = v128.load32_zero(p);
  if (lanes > 1) v = v128.load_lane<f32>(p + 4, v, 1);
  if (lanes > 2) v = v128.load_lane<f32>(p + 8, v, 2);
  if (lanes > 3) v = v128.load_lane<f32>(p + 12, v, 3);
  return v;
}

function storeLanes(p: usize, v: v128, lanes: i32): void {
  v128.store_lane<f32>(p, v, 0);
  if (lanes > 1) v128.store_lane<f32>(p + 4, v, 1);
  if (lanes > 2) v128.store_lane<f32>(p + 8, v, 2);
  if (lanes > 3) v128.store_lane<f32>(p + 12, v, 3);
}

/** For a strip that is not all finite: counts what is not in h, and NaN in z, and lets NaN into the extremes. */
function countNonFinite(z: usize, h: usize, rows: i32, rowBytes: usize, lanes: i32, acc: usize, row: usize): void {
  let bad = v128.load(acc + row);
  let nan = v128.load(acc + 2 * row);
  let low = v128.load(acc + 3 * row), top = v128.load(acc + 4 * row), topZ = v128.load(acc + 5 * row);
  for (; rows > 0; rows--) {
    const hv = loadLanes(h, lanes);
    const zv = loadLanes(z, lanes);
    bad = i32x4.sub(bad, v128.not(f32x4.lt(f32x4.abs(hv), f32x4.splat(Infinity))));
    nan = i32x4.sub(nan, f32x4.ne(zv, zv));
    low = f32x4.min(low, hv);
    top = f32x4.max(top, hv);
    topZ = f32x4.max(topZ, zv);
    z += rowBytes;
    h += rowBytes;
  }
  v128.store(acc + row, bad);
  v128.store(acc + 2 * row, nan);
  v128.store(acc + 3 * row, low);
  v128.store(acc + 4 * row, top);
  v128.store(acc + 5 * row, topZ);
}

/** One strip, `rows` positions by four channels (fewer at the end: `lanes`). `acc`: see {@link activationStatistics}. */
// @ts-ignore: decorator
@inline
function countBlock(
  z: usize, h: usize, d: usize, rows: i32, rowBytes: usize, lanes: i32, whole: bool, epsilon: f32, units: usize,
  fired: usize, acc: usize, base: usize, row: usize,
): void {
  const eps = f32x4.splat(epsilon);
  const zero = f32x4.splat(0);
  let s0 = f64x2.splat(0), s1 = s0, a0 = s0, a1 = s0, q0 = s0, q1 = s0;
  let mask = v128.load(fired);
  let zeros = v128.load(acc);
  let low = v128.load(acc + 3 * row), top = v128.load(acc + 4 * row), topZ = v128.load(acc + 5 * row);
  let pz = z, ph = h;
  for (let r = 0; r < rows; r++) {
    const hv = whole ? v128.load(ph) : loadLanes(ph, lanes);
    const zv = whole ? v128.load(pz) : loadLanes(pz, lanes);
    const dv = whole ? v128.load(d) : loadLanes(d, lanes);
    const fires = f32x4.gt(f32x4.abs(dv), eps);
    mask = v128.or(mask, fires);
    if (whole) v128.store(units, i32x4.sub(v128.load(units), fires));
    else storeLanes(units, i32x4.sub(loadLanes(units, lanes), fires), lanes);
    zeros = i32x4.sub(zeros, f32x4.eq(hv, zero));
    // These pass over NaN, and take one instruction each; a NaN is looked for below.
    low = f32x4.pmin(low, hv);
    top = f32x4.pmax(top, hv);
    topZ = f32x4.pmax(topZ, zv);
    const h0 = f64x2.promote_low_f32x4(hv);
    const h1 = high(hv);
    s0 = f64x2.add(s0, h0);
    s1 = f64x2.add(s1, h1);
    a0 = f64x2.add(a0, f64x2.abs(h0));
    a1 = f64x2.add(a1, f64x2.abs(h1));
    q0 = f64x2.add(q0, f64x2.mul(h0, h0));
    q1 = f64x2.add(q1, f64x2.mul(h1, h1));
    pz += rowBytes;
    ph += rowBytes;
    d += rowBytes;
    units += rowBytes;
  }
  v128.store(fired, mask);
  v128.store(acc, zeros);
  v128.store(acc + 3 * row, low);
  v128.store(acc + 4 * row, top);
  v128.store(acc + 5 * row, topZ);
  const sums = acc + (acc - base) + 7 * row;
  v128.store(sums, f64x2.add(v128.load(sums), s0));
  v128.store(sums, f64x2.add(v128.load(sums, 16), s1), 16);
  v128.store(sums + 2 * row, f64x2.add(v128.load(sums + 2 * row), a0));
  v128.store(sums + 2 * row, f64x2.add(v128.load(sums + 2 * row, 16), a1), 16);
  v128.store(sums + 4 * row, f64x2.add(v128.load(sums + 4 * row), q0));
  v128.store(sums + 4 * row, f64x2.add(v128.load(sums + 4 * row, 16), q1), 16);
  // A sum of magnitudes is finite exactly where every value is.
  const both = f64x2.add(a0, a1);
  const total = f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1);
  if (!(total < Infinity)) countNonFinite(z, h, rows, rowBytes, lanes, acc, row);
}

function countWhole(
  z: usize, h: usize, d: usize, rows: i32, rowBytes: usize, epsilon: f32, units: usize, fired: usize, acc: usize,
  base: usize, row: usize,
): void {
  countBlock(z, h, d, rows, rowBytes, 4, true, epsilon, units, fired, acc, base, row);
}

function countPart(
  z: usize, h: usize, d: usize, rows: i32, rowBytes: usize, lanes: i32, epsilon: f32, units: usize, fired: usize,
  acc: usize, base: usize, row: usize,
): void {
  countBlock(z, h, d, rows, rowBytes, lanes, false, epsilon, units, fired, acc, base, row);
}

/** Activates one strip of one sample and counts it, whatever the function. */
function countStrip(
  op: i32, z: usize, h: usize, rows: i32, channels: i32, a: f32, b: f32, alpha: usize, epsilon: f32, ones: usize, d: usize,
  units: usize, fired: usize, base: usize, row: usize,
): void {
  const rowBytes: usize = channels << 2;
  const count: usize = rows * channels;
  if (op == -1) {
    memory.copy(h, z, count << 2);
    memory.copy(d, ones, count << 2);
  } else if (op == -2) {
    prelu(z, alpha, h, count, channels);
    preluGrad(ones, z, alpha, d, count, channels);
  } else {
    activation(op, z, h, count, a, b);
    activationGrad(op, ones, z, d, count, a, b);
  }
  let c = 0;
  for (; c + 4 <= channels; c += 4) {
    const at: usize = c << 2;
    countWhole(z + at, h + at, d + at, rows, rowBytes, epsilon, units + at, fired + at, base + at, base, row);
  }
  if (c < channels) {
    const at: usize = c << 2;
    const lanes = channels - c;
    countPart(z + at, h + at, d + at, rows, rowBytes, lanes, epsilon, units + at, fired + at, base + at, base, row);
  }
}

/**
 * h = f(z) and its statistics per channel (`op` −1: the identity; −2: prelu with `alpha` f32[channels]).
 *
 * @param strip   positions per strip; all samples pass over it, so that its counts stay in the first-level cache
 * @param ones    f32[strip · channels], all 1
 * @param d       scratch f32[strip · channels]
 * @param units   i32[positions, channels], zeroed
 * @param base    scratch of 13 rows f32[channels rounded up to 4]: zeros, non-finite, NaN, min h, max h, max z, samples that
 *                fired, then f64 Σh, Σ|h|, Σh²; then a row of masks for each sample; the caller zeroes it
 * @param counts  i32[4, channels]: samples that fired, zeros, non-finite, NaN of z
 * @param values  f64[6, channels]: Σh, Σ|h|, Σh², min h, max h, max z
 */
export function activationStatistics(
  op: i32, z: usize, h: usize, batch: i32, positions: i32, channels: i32, a: f32, b: f32, alpha: usize, epsilon: f32,
  strip: i32, ones: usize, d: usize, units: usize, base: usize, counts: usize, values: usize,
): void {
  const rowBytes: usize = channels << 2;
  const row: usize = (((channels + 3) & ~3) << 2);
  const sample: usize = <usize>positions * rowBytes;
  const fired = base + 13 * row;
  for (let c: usize = 0; c < row; c += 4) {
    f32.store(base + 3 * row + c, Infinity);
    f32.store(base + 4 * row + c, -Infinity);
    f32.store(base + 5 * row + c, -Infinity);
  }
  for (let p = 0; p < positions; p += strip) {
    const rows = min(strip, positions - p);
    const at = <usize>p * rowBytes;
    for (let n = 0; n < batch; n++) {
      const from = <usize>n * sample + at;
      const mask = fired + <usize>n * row;
      countStrip(op, z + from, h + from, rows, channels, a, b, alpha, epsilon, ones, d, units + at, mask, base, row);
    }
  }
  for (let n = 0; n < batch; n++) {
    for (let c: usize = 0; c < row; c += 16) {
      const total = base + 6 * row + c;
      v128.store(total, i32x4.sub(v128.load(total), v128.load(fired + <usize>n * row + c)));
    }
  }
  for (let c = 0; c < channels; c++) {
    const at: usize = c << 2;
    i32.store(counts + at, i32.load(base + 6 * row + at));
    i32.store(counts + rowBytes + at, i32.load(base + at));
    i32.store(counts + 2 * rowBytes + at, i32.load(base + row + at));
    i32.store(counts + 3 * rowBytes + at, i32.load(base + 2 * row + at));
    const to = values + (c << 3);
    const sums = base + 7 * row + (c << 3);
    f64.store(to, f64.load(sums));
    f64.store(to + 2 * rowBytes, f64.load(sums + 2 * row));
    f64.store(to + 4 * rowBytes, f64.load(sums + 4 * row));
    f64.store(to + 6 * rowBytes, <f64>f32.load(base + 3 * row + at));
    f64.store(to + 8 * rowBytes, <f64>f32.load(base + 4 * row + at));
    f64.store(to + 10 * rowBytes, <f64>f32.load(base + 5 * row + at));
  }
}

// Sums of float32 values in float64: exact to rounding for any length met in practice.

// @ts-ignore: decorator
@inline
export function high(v: v128): v128 {
  return f64x2.promote_low_f32x4(i8x16.shuffle(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15));
}

function sumRow(x: usize, n: i32): f64 {
  let s0 = f64x2.splat(0), s1 = s0, s2 = s0, s3 = s0;
  const end = x + (n << 2);
  const blocks = x + ((n & ~7) << 2);
  while (x < blocks) {
    const a = v128.load(x);
    const b = v128.load(x, 16);
    s0 = f64x2.add(s0, f64x2.promote_low_f32x4(a));
    s1 = f64x2.add(s1, high(a));
    s2 = f64x2.add(s2, f64x2.promote_low_f32x4(b));
    s3 = f64x2.add(s3, high(b));
    x += 32;
  }
  const s = f64x2.add(f64x2.add(s0, s1), f64x2.add(s2, s3));
  let sum = f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
  while (x < end) {
    sum += <f64>f32.load(x);
    x += 4;
  }
  return sum;
}

/** Sixteen neighbouring columns (a cache line) of `rows` rows. */
function sumColumns16(x: usize, rows: i32, rowBytes: usize, out: usize, divisor: f64): void {
  let s0 = f64x2.splat(0), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
  for (; rows > 0; rows--) {
    const a = v128.load(x);
    const b = v128.load(x, 16);
    const c = v128.load(x, 32);
    const d = v128.load(x, 48);
    s0 = f64x2.add(s0, f64x2.promote_low_f32x4(a));
    s1 = f64x2.add(s1, high(a));
    s2 = f64x2.add(s2, f64x2.promote_low_f32x4(b));
    s3 = f64x2.add(s3, high(b));
    s4 = f64x2.add(s4, f64x2.promote_low_f32x4(c));
    s5 = f64x2.add(s5, high(c));
    s6 = f64x2.add(s6, f64x2.promote_low_f32x4(d));
    s7 = f64x2.add(s7, high(d));
    x += rowBytes;
  }
  const d = f64x2.splat(divisor);
  v128.store64_lane(out, f32x4.demote_f64x2_zero(f64x2.div(s0, d)), 0);
  v128.store64_lane(out, f32x4.demote_f64x2_zero(f64x2.div(s1, d)), 0, 8);
  v128.store64_lane(out, f32x4.demote_f64x2_zero(f64x2.div(s2, d)), 0, 16);
  v128.store64_lane(out, f32x4.demote_f64x2_zero(f64x2.div(s3, d)), 0, 24);
  v128.store64_lane(out, f32x4.demote_f64x2_zero(f64x2.div(s4, d)), 0, 32);
  v128.store64_lane(out, f32x4.demote_f64x2_zero(f64x2.div(s5, d)), 0, 40);
  v128.store64_lane(out, f32x4.demote_f64x2_zero(f64x2.div(s6, d)), 0, 48);
  v128.store64_lane(out, f32x4.demote_f64x2_zero(f64x2.div(s7, d)), 0, 56);
}

/** out[i] = Σ over rows of x[row, i] / divisor, for neighbouring columns of rows `rowBytes` apart. */
export function sumColumns(x: usize, rows: i32, columns: i32, rowBytes: usize, out: usize, divisor: f64): void {
  let i = 0;
  for (; i + 16 <= columns; i += 16) sumColumns16(x + (i << 2), rows, rowBytes, out + (i << 2), divisor);
  for (; i < columns; i++) {
    let sum: f64 = 0;
    let p = x + (i << 2);
    for (let m = 0; m < rows; m++) {
      sum += <f64>f32.load(p);
      p += rowBytes;
    }
    f32.store(out + (i << 2), <f32>(sum / divisor));
  }
}

/** out[o, i] = Σ_m x[o, m, i] / divisor. */
export function sumMiddle(x: usize, outer: i32, middle: i32, inner: i32, out: usize, divisor: f64): void {
  const rowBytes: usize = inner << 2;
  for (let o = 0; o < outer; o++) {
    if (inner == 1) {
      f32.store(out, <f32>(sumRow(x, middle) / divisor));
    } else {
      sumColumns(x, middle, inner, rowBytes, out, divisor);
    }
    x += middle * rowBytes;
    out += rowBytes;
  }
}

/** c[row, col] += bias[col] (0: none), then cut off at 0 with `relu`; NaN and −0 stay. */
export function finishRows(c: usize, bias: usize, rows: i32, columns: i32, relu: bool): void {
  const none = f32x4.splat(-0.0);
  const floor: f32 = relu ? 0 : -Infinity;
  for (; rows > 0; rows--) {
    let b = bias;
    const end = c + (columns << 2);
    const vectors = c + ((columns & ~3) << 2);
    while (c < vectors) {
      v128.store(c, f32x4.pmax(f32x4.add(v128.load(c), bias != 0 ? v128.load(b) : none), f32x4.splat(floor)));
      c += 16;
      b += 16;
    }
    while (c < end) {
      const v = bias != 0 ? f32.load(c) + f32.load(b) : f32.load(c);
      f32.store(c, v < floor ? floor : v);
      c += 4;
      b += 4;
    }
  }
}

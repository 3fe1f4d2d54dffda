// Spectral normalisation of a matrix K [rows, columns], outputs last: u belongs to the columns, v to the rows.
// Sums are float32 over short blocks, added up in float64.
import { fma, splat } from './vector';

const BLOCK: i32 = 256;

/** totals[columns] (float64) = Σ_i v_i K[i, :]; `part` is scratch of `columns` float32 values. */
function columnSums(k: usize, rows: i32, columns: i32, v: usize, part: usize, totals: usize): void {
  const rowBytes: usize = columns << 2;
  memory.fill(totals, 0, columns << 3);
  for (let from = 0; from < rows; from += BLOCK) {
    const to = min(from + BLOCK, rows);
    memory.fill(part, 0, rowBytes);
    let i = from;
    for (; i + 4 <= to; i += 4) {
      const p = v + (i << 2);
      addRows4(k, rowBytes, columns, part, f32.load(p), f32.load(p, 4), f32.load(p, 8), f32.load(p, 12));
      k += rowBytes << 2;
    }
    for (; i < to; i++) {
      addRow(k, columns, part, f32.load(v + (i << 2)));
      k += rowBytes;
    }
    for (let j = 0; j < columns; j++) {
      const at = totals + (j << 3);
      f64.store(at, f64.load(at) + <f64>f32.load(part + (j << 2)));
    }
  }
}

function addRows4(k: usize, rowBytes: usize, columns: i32, y: usize, a: f32, b: f32, c: f32, d: f32): void {
  const va = splat(a);
  const vb = splat(b);
  const vc = splat(c);
  const vd = splat(d);
  let k1 = k + rowBytes;
  let k2 = k1 + rowBytes;
  let k3 = k2 + rowBytes;
  const end = y + (columns << 2);
  const vectors = y + ((columns & ~3) << 2);
  while (y < vectors) {
    let sum = fma(va, v128.load(k), v128.load(y));
    sum = fma(vb, v128.load(k1), sum);
    sum = fma(vc, v128.load(k2), sum);
    v128.store(y, fma(vd, v128.load(k3), sum));
    k += 16;
    k1 += 16;
    k2 += 16;
    k3 += 16;
    y += 16;
  }
  while (y < end) {
    f32.store(y, f32.load(y) + a * f32.load(k) + b * f32.load(k1) + c * f32.load(k2) + d * f32.load(k3));
    k += 4;
    k1 += 4;
    k2 += 4;
    k3 += 4;
    y += 4;
  }
}

function addRow(k: usize, columns: i32, y: usize, a: f32): void {
  const end = y + (columns << 2);
  while (y < end) {
    f32.store(y, f32.load(y) + a * f32.load(k));
    k += 4;
    y += 4;
  }
}

// @ts-ignore: decorator
@inline
function lanes(x: v128): f64 {
  return (
    <f64>f32x4.extract_lane(x, 0) +
    <f64>f32x4.extract_lane(x, 1) +
    (<f64>f32x4.extract_lane(x, 2) + <f64>f32x4.extract_lane(x, 3))
  );
}

/** Σ a_j b_j over n values. */
function dot(a: usize, b: usize, n: i32): f64 {
  let total: f64 = 0;
  while (n >= 8) {
    let count = min(n >> 3, 64);
    n -= count << 3;
    let s0 = splat(0), s1 = s0;
    for (; count > 0; count--) {
      s0 = fma(v128.load(a), v128.load(b), s0);
      s1 = fma(v128.load(a, 16), v128.load(b, 16), s1);
      a += 32;
      b += 32;
    }
    total += lanes(f32x4.add(s0, s1));
  }
  for (; n > 0; n--) {
    total += <f64>f32.load(a) * <f64>f32.load(b);
    a += 4;
    b += 4;
  }
  return total;
}

/** u = Kᵀ v, divided by its norm (at least `epsilon`); returns vᵀ K u. */
export function spectralLeft(
  k: usize,
  rows: i32,
  columns: i32,
  v: usize,
  u: usize,
  epsilon: f64,
  part: usize,
  totals: usize,
): f64 {
  columnSums(k, rows, columns, v, part, totals);
  let squares: f64 = 0;
  for (let j = 0; j < columns; j++) {
    const x = f64.load(totals + (j << 3));
    squares += x * x;
  }
  const divisor = max(sqrt(squares), epsilon);
  for (let j = 0; j < columns; j++) f32.store(u + (j << 2), <f32>(f64.load(totals + (j << 3)) / divisor));
  return squares / divisor;
}

/** v = K u, divided by its norm (at least `epsilon`); returns vᵀ K u. */
export function spectralRight(k: usize, rows: i32, columns: i32, u: usize, v: usize, epsilon: f64): f64 {
  const rowBytes: usize = columns << 2;
  let squares: f64 = 0;
  for (let i = 0; i < rows; i++) {
    const x = dot(k, u, columns);
    squares += x * x;
    f32.store(v + (i << 2), <f32>x);
    k += rowBytes;
  }
  const divisor = max(sqrt(squares), epsilon);
  for (let i = 0; i < rows; i++) f32.store(v + (i << 2), <f32>(<f64>f32.load(v + (i << 2)) / divisor));
  return squares / divisor;
}

/** Σ_ij v_i K[i, j] u_j. */
export function spectralSigma(k: usize, rows: i32, columns: i32, u: usize, v: usize): f64 {
  const rowBytes: usize = columns << 2;
  let sum: f64 = 0;
  for (let i = 0; i < rows; i++) {
    sum += <f64>f32.load(v + (i << 2)) * dot(k, u, columns);
    k += rowBytes;
  }
  return sum;
}

/** y = x · factor over n values. */
export function scaleInto(x: usize, y: usize, n: i32, factor: f32): void {
  const f = splat(factor);
  const end = x + (n << 2);
  const vectors = x + ((n & ~3) << 2);
  while (x < vectors) {
    v128.store(y, f32x4.mul(v128.load(x), f));
    x += 16;
    y += 16;
  }
  while (x < end) {
    f32.store(y, f32.load(x) * factor);
    x += 4;
    y += 4;
  }
}

/** Σ a_j b_j over n values. */
export function innerProduct(a: usize, b: usize, n: i32): f64 {
  return dot(a, b, n);
}

/** dx[i, j] = (dy[i, j] − along · v_i u_j) · factor. */
export function spectralGradient(
  dy: usize,
  rows: i32,
  columns: i32,
  u: usize,
  v: usize,
  along: f32,
  factor: f32,
  dx: usize,
): void {
  const f = splat(factor);
  for (let i = 0; i < rows; i++) {
    const c = -along * factor * f32.load(v + (i << 2));
    const vc = splat(c);
    let p = u;
    const end = u + (columns << 2);
    const vectors = u + ((columns & ~3) << 2);
    while (p < vectors) {
      v128.store(dx, fma(v128.load(dy), f, f32x4.mul(v128.load(p), vc)));
      p += 16;
      dy += 16;
      dx += 16;
    }
    while (p < end) {
      f32.store(dx, f32.load(dy) * factor + f32.load(p) * c);
      p += 4;
      dy += 4;
      dx += 4;
    }
  }
}

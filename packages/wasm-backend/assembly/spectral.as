// Spectral normalisation of a matrix K [rows, columns], outputs last: u belongs to the columns, v to the rows.
// Sums are float32 over short blocks, added up in float64.
import { addRow, addRows4, dot, dot4 } from './rowProducts';
import { fma, splat } from './vector';

const BLOCK: i32 = 256;

/** totals[columns] (f64) = Σ_i v_i K[i, :] of some rows; `part` is scratch of `columns` float32 values. */
export function spectralColumns(k: usize, rows: i32, columns: i32, v: usize, part: usize, totals: usize): void {
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

/** The squared length of v = K u; rows from the last to the first: the last ones, read before, are still in the cache. */
function rowSums(k: usize, rows: i32, columns: i32, u: usize, v: usize): f64 {
  const rowBytes: usize = columns << 2;
  let total: f64 = 0;
  let i = rows;
  k += rowBytes * i;
  while (i & 3) {
    i--;
    k -= rowBytes;
    const x = dot(k, u, columns);
    total += x * x;
    f32.store(v + (i << 2), <f32>x);
  }
  let squares = f64x2.splat(0);
  while (i > 0) {
    i -= 4;
    k -= rowBytes << 2;
    let low = f64x2.splat(0), high = low;
    for (let from = 0; from < columns; from += BLOCK * 4) {
      const at: usize = from << 2;
      const sums = dot4(k + at, rowBytes, u + at, min(columns - from, BLOCK * 4));
      low = f64x2.add(low, f64x2.promote_low_f32x4(sums));
      high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<f32>(sums, sums, 2, 3, 2, 3)));
    }
    squares = f64x2.add(squares, f64x2.add(f64x2.mul(low, low), f64x2.mul(high, high)));
    const x = v128.shuffle<f32>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 1, 4, 5);
    v128.store(v + (i << 2), x);
  }
  return total + f64x2.extract_lane(squares, 0) + f64x2.extract_lane(squares, 1);
}

/** v_i = K[i, :] · u of some rows, and the sum of their squares, f64. */
export function spectralRows(k: usize, rows: i32, columns: i32, u: usize, v: usize, squares: usize): void {
  f64.store(squares, rowSums(k, rows, columns, u, v));
}

/** u = the sum of the parts [parts, columns] in their order, divided by its norm (at least `epsilon`); returns vᵀ K u. */
export function normalizeColumns(totals: usize, parts: i32, columns: i32, u: usize, epsilon: f64): f64 {
  const bytes: usize = columns << 3;
  let squares: f64 = 0;
  for (let j = 0; j < columns; j++) {
    const at = totals + (j << 3);
    let x = f64.load(at);
    for (let t = 1; t < parts; t++) x += f64.load(at + t * bytes);
    f64.store(at, x);
    squares += x * x;
  }
  const divisor = max(sqrt(squares), epsilon);
  for (let j = 0; j < columns; j++) f32.store(u + (j << 2), <f32>(f64.load(totals + (j << 3)) / divisor));
  return squares / divisor;
}

/** v divided by its norm (at least `epsilon`), from the sums of squares of its parts; returns vᵀ K u. */
export function normalizeRows(v: usize, rows: i32, sums: usize, parts: i32, epsilon: f64): f64 {
  let squares = f64.load(sums);
  for (let t = 1; t < parts; t++) squares += f64.load(sums + (t << 3));
  const divisor = max(sqrt(squares), epsilon);
  for (let i = 0; i < rows; i++) f32.store(v + (i << 2), <f32>(<f64>f32.load(v + (i << 2)) / divisor));
  return squares / divisor;
}

/** Σ_ij v_i K[i, j] u_j of some rows, f64. */
export function spectralSigma(k: usize, rows: i32, columns: i32, u: usize, v: usize, out: usize): void {
  const rowBytes: usize = columns << 2;
  let sum: f64 = 0;
  for (let i = 0; i < rows; i++) {
    sum += <f64>f32.load(v + (i << 2)) * dot(k, u, columns);
    k += rowBytes;
  }
  f64.store(out, sum);
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

/** Σ a_j b_j over n values, f64. */
export function innerProduct(a: usize, b: usize, n: i32, out: usize): void {
  f64.store(out, dot(a, b, n));
}

/** dx[i, j] = (dy[i, j] − along · v_i u_j) · factor; rows from the last to the first. */
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
  const rowBytes: usize = columns << 2;
  const end = u + rowBytes;
  const vectors = u + ((columns & ~3) << 2);
  for (let i = rows - 1; i >= 0; i--) {
    const c = -along * factor * f32.load(v + (i << 2));
    const vc = splat(c);
    let from = dy + rowBytes * i;
    let to = dx + rowBytes * i;
    let p = u;
    while (p < vectors) {
      v128.store(to, fma(v128.load(from), f, f32x4.mul(v128.load(p), vc)));
      p += 16;
      from += 16;
      to += 16;
    }
    while (p < end) {
      f32.store(to, f32.load(from) * factor + f32.load(p) * c);
      p += 4;
      from += 4;
      to += 4;
    }
  }
}

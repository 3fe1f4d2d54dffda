import { multiply, packColumns, packRows } from './gemm';

/**
 * Columns of C = A · B, block by block of the sum: packs B's columns and multiplies. One call is one thread's share.
 *
 * @param b            the first of `n` columns of B; steps are `rowBytes` apart, columns `columnBytesB` (one of them 4)
 * @param panels       scratch f32[block · n rounded up to 8]
 */
export function matrixProduct(
  a: usize, rowsA: usize, m: i32, steps: usize, k: i32, block: i32, b: usize, rowBytes: usize, columnBytesB: usize, n: i32,
  c: usize, rowsC: usize, columnBytes: usize, panels: usize, tile: usize,
): void {
  for (let k0 = 0; k0 < k; k0 += block) {
    const count = min(block, k - k0);
    const from = b + <usize>k0 * rowBytes;
    if (columnBytesB == 4) packRows(from, count, n, rowBytes, panels);
    else packColumns(from, count, n, columnBytesB, panels);
    multiply(a, rowsA, m, steps + (k0 << 2), count, panels, n, c, rowsC, columnBytes, k0 > 0, tile);
  }
}

/** to += from, n floats. */
export function addInto(to: usize, from: usize, n: i32): void {
  const end = to + (n << 2);
  const vectors = to + ((n & ~3) << 2);
  while (to < vectors) {
    v128.store(to, f32x4.add(v128.load(to), v128.load(from)));
    to += 16;
    from += 16;
  }
  while (to < end) {
    f32.store(to, f32.load(to) + f32.load(from));
    to += 4;
    from += 4;
  }
}

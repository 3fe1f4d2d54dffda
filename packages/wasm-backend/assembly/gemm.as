import { fma } from './vector';

// Every matrix-like product of this module has one form: C[row, col] (+)= Σ_k A[rows[row] + steps[k]] · B[k, col].
// A is never copied: `rows` and `steps` are tables of byte offsets, so that a convolution reads its input in place and a
// transposed matrix is only another pair of tables. B is packed in panels of 8 columns, [panel][k][8], zeros beyond the
// last column. Four rows and two vectors of columns stay in registers: tiles of five or six rows spill on some engines and
// run at half the speed (26 against 49 GFLOP/s with fused multiply-add).

/** Four rows by eight columns into `tile`, f32[4][8]. */
function tile4x8(
  a0: usize, a1: usize, a2: usize, a3: usize,
  steps: usize, stepsEnd: usize, b: usize, tile: usize,
): void {
  let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00;
  let c30 = c00, c31 = c00;
  while (steps < stepsEnd) {
    const at: usize = load<u32>(steps);
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let a = v128.load32_splat(a0 + at);
    c00 = fma(a, b0, c00);
    c01 = fma(a, b1, c01);
    a = v128.load32_splat(a1 + at);
    c10 = fma(a, b0, c10);
    c11 = fma(a, b1, c11);
    a = v128.load32_splat(a2 + at);
    c20 = fma(a, b0, c20);
    c21 = fma(a, b1, c21);
    a = v128.load32_splat(a3 + at);
    c30 = fma(a, b0, c30);
    c31 = fma(a, b1, c31);
    steps += 4;
    b += 32;
  }
  v128.store(tile, c00);
  v128.store(tile, c01, 16);
  v128.store(tile, c10, 32);
  v128.store(tile, c11, 48);
  v128.store(tile, c20, 64);
  v128.store(tile, c21, 80);
  v128.store(tile, c30, 96);
  v128.store(tile, c31, 112);
}

// @ts-ignore: decorator
@inline
function storeRow(tile: usize, c: usize, add: bool): void {
  const t0 = v128.load(tile);
  const t1 = v128.load(tile, 16);
  if (add) {
    v128.store(c, f32x4.add(v128.load(c), t0));
    v128.store(c, f32x4.add(v128.load(c, 16), t1), 16);
  } else {
    v128.store(c, t0);
    v128.store(c, t1, 16);
  }
}

/** The part of a tile that lies inside C, with any distance between its columns. */
function storePart(tile: usize, rowsC: usize, c: usize, rows: i32, columns: i32, columnBytes: usize, add: bool): void {
  for (let r = 0; r < rows; r++) {
    let to = c + <usize>load<u32>(rowsC + (r << 2));
    let from = tile + (r << 5);
    for (let j = 0; j < columns; j++) {
      f32.store(to, add ? f32.load(to) + f32.load(from) : f32.load(from));
      to += columnBytes;
      from += 4;
    }
  }
}

/** A whole tile whose rows are neighbours in C and whose columns are `columnBytes` apart. */
export function storeTransposed(tile: usize, c: usize, columnBytes: usize, add: bool): void {
  for (let half = 0; half < 2; half++) {
    const r0 = v128.load(tile), r1 = v128.load(tile, 32), r2 = v128.load(tile, 64), r3 = v128.load(tile, 96);
    const t0 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), t1 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
    const t2 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7), t3 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
    let c0 = v128.shuffle<f32>(t0, t1, 0, 1, 4, 5), c1 = v128.shuffle<f32>(t0, t1, 2, 3, 6, 7);
    let c2 = v128.shuffle<f32>(t2, t3, 0, 1, 4, 5), c3 = v128.shuffle<f32>(t2, t3, 2, 3, 6, 7);
    const to1 = c + columnBytes, to2 = to1 + columnBytes, to3 = to2 + columnBytes;
    if (add) {
      c0 = f32x4.add(v128.load(c), c0);
      c1 = f32x4.add(v128.load(to1), c1);
      c2 = f32x4.add(v128.load(to2), c2);
      c3 = f32x4.add(v128.load(to3), c3);
    }
    v128.store(c, c0);
    v128.store(to1, c1);
    v128.store(to2, c2);
    v128.store(to3, c3);
    c = to3 + columnBytes;
    tile += 16;
  }
}

/**
 * C (+)= A · B.
 *
 * @param rowsA   u32[m], byte offset of each row of A from `a`
 * @param steps   u32[k], byte offset of each step of the sum
 * @param b       packed B
 * @param rowsC   u32[m], byte offset of each row of C from `c`
 * @param columnBytes  distance between two columns of C: 4 unless C is stored transposed
 * @param tile    scratch, f32[32]
 */
export function multiply(
  a: usize, rowsA: usize, m: i32, steps: usize, k: i32, b: usize, n: i32,
  c: usize, rowsC: usize, columnBytes: usize, add: bool, tile: usize,
): void {
  // As many rows as fit into the second-level cache go through all panels before the next rows come.
  const rows = max(4, (32768 / max(k, 1)) & ~3);
  for (let i = 0; i < m; i += rows) {
    const count = min(rows, m - i);
    multiplyRows(a, rowsA + (i << 2), count, steps, k, b, n, c, rowsC + (i << 2), columnBytes, add, tile);
  }
}

function multiplyRows(
  a: usize, rowsA: usize, m: i32, steps: usize, k: i32, b: usize, n: i32,
  c: usize, rowsC: usize, columnBytes: usize, add: bool, tile: usize,
): void {
  const stepsEnd = steps + (k << 2);
  const panelBytes: usize = k << 5;
  for (let j = 0; j < n; j += 8) {
    const columns = min(8, n - j);
    const cj = c + <usize>j * columnBytes;
    for (let i = 0; i < m; i += 4) {
      const r = rowsA + (i << 2);
      // A tile with fewer than four rows computes its last one again.
      const end: usize = (m - 1 - i) << 2;
      tile4x8(
        a + <usize>load<u32>(r), a + <usize>load<u32>(r + min<usize>(4, end)),
        a + <usize>load<u32>(r + min<usize>(8, end)), a + <usize>load<u32>(r + min<usize>(12, end)),
        steps, stepsEnd, b, tile,
      );
      const rc = rowsC + (i << 2);
      if (m - i >= 4 && columns == 8 && columnBytes == 4) {
        storeRow(tile, cj + <usize>load<u32>(rc), add);
        storeRow(tile + 32, cj + <usize>load<u32>(rc, 4), add);
        storeRow(tile + 64, cj + <usize>load<u32>(rc, 8), add);
        storeRow(tile + 96, cj + <usize>load<u32>(rc, 12), add);
      } else if (m - i >= 4 && columns == 8 && load<u32>(rc, 12) - load<u32>(rc) == 12) {
        storeTransposed(tile, cj + <usize>load<u32>(rc), columnBytes, add);
      } else storePart(tile, rc, cj, min(4, m - i), columns, columnBytes, add);
    }
    b += panelBytes;
  }
}

/** Packs B, whose rows are contiguous: element (k, j) at b + k · rowBytes + 4 j. */
export function packRows(b: usize, k: i32, n: i32, rowBytes: usize, out: usize): void {
  const zero = f32x4.splat(0);
  for (let j = 0; j < n; j += 8) {
    let from = b + (j << 2);
    const end = out + (k << 5);
    const columns = min(8, n - j);
    if (columns == 8) {
      while (out < end) {
        v128.store(out, v128.load(from));
        v128.store(out, v128.load(from, 16), 16);
        out += 32;
        from += rowBytes;
      }
    } else {
      while (out < end) {
        v128.store(out, zero);
        v128.store(out, zero, 16);
        for (let i = 0; i < columns; i++) f32.store(out + (i << 2), f32.load(from + (i << 2)));
        out += 32;
        from += rowBytes;
      }
    }
  }
}

/** Packs B, whose columns are contiguous: element (k, j) at b + 4 k + j · columnBytes. */
export function packColumns(b: usize, k: i32, n: i32, columnBytes: usize, out: usize): void {
  for (let j = 0; j < n; j += 8) {
    const columns = min(8, n - j);
    for (let i = 0; i < 8; i++) {
      let to = out + (i << 2);
      const end = to + (k << 5);
      if (i < columns) {
        let from = b + <usize>(j + i) * columnBytes;
        while (to < end) {
          f32.store(to, f32.load(from));
          to += 32;
          from += 4;
        }
      } else {
        while (to < end) {
          f32.store(to, 0);
          to += 32;
        }
      }
    }
    out += k << 5;
  }
}

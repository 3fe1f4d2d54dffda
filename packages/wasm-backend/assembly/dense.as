import { packColumns, packRows, storeTransposed } from './gemm';
import { evenTile, storeRow } from './planes';

// Products of matrices. Rows of A and of C lie evenly; where A's steps are further apart than its rows (a transposed
// matrix), some rows at a time are copied together first: its own steps would fall into few sets of the cache.

/** The part of a tile that lies inside C. */
function storeTile(
  tile: usize, c: usize, rowBytesC: usize, rows: i32, columns: i32, columnBytes: usize, add: bool,
): void {
  if (rows == 4 && columns == 8 && rowBytesC == 4) {
    storeTransposed(tile, c, columnBytes, add);
    return;
  }
  const whole = columns == 8 && columnBytes == 4;
  for (; rows > 0; rows--) {
    if (whole) storeRow(c, v128.load(tile), v128.load(tile, 16), add);
    else {
      let to = c;
      for (let j = 0; j < columns; j++) {
        const value = f32.load(tile + (j << 2));
        f32.store(to, add ? f32.load(to) + value : value);
        to += columnBytes;
      }
    }
    c += rowBytesC;
    tile += 32;
  }
}

/** C (+)= A · B for one block of the sum, B packed. */
function multiplyEven(
  a: usize, rowBytes: usize, stepBytes: usize, m: i32, k: i32, b: usize, n: i32,
  c: usize, rowBytesC: usize, columnBytes: usize, add: bool, tile: usize,
): void {
  const panelBytes: usize = k << 5;
  for (let j = 0; j < n; j += 8) {
    const columns = min(8, n - j);
    const end = b + panelBytes;
    const straight = columns == 8 && columnBytes == 4 && !add;
    let from = a;
    let to = c;
    let i = 0;
    for (; i + 4 <= m; i += 4) {
      if (straight) evenTile(from, rowBytes, stepBytes, b, end, to, rowBytesC);
      else {
        evenTile(from, rowBytes, stepBytes, b, end, tile, 32);
        storeTile(tile, to, rowBytesC, 4, columns, columnBytes, add);
      }
      from += rowBytes << 2;
      to += rowBytesC << 2;
    }
    // The last rows, one by one: four times the same, so that nothing behind them is read.
    for (; i < m; i++) {
      evenTile(from, 0, stepBytes, b, end, tile, 32);
      storeTile(tile, to, rowBytesC, 1, columns, columnBytes, add);
      from += rowBytes;
      to += rowBytesC;
    }
    b = end;
    c += columnBytes << 3;
  }
}

/**
 * C = A · B, block by block of the sum. One call is one thread's share.
 *
 * @param rowBytes, stepBytes  from row to row and from step to step of A; one of them is 4
 * @param rowBytesB, columnBytesB  the same for B's steps and columns
 * @param panels  scratch f32[block · n rounded up to 8]
 * @param room    scratch f32[max(4 · block, 8192)], where rowBytes is 4
 * @param tile    scratch f32[32]
 * @param last    where the last step's values of all rows lie, one after the other, if not with the others; else 0.
 *                Only where rowBytes is 4
 */
export function matrixProduct(
  a: usize, rowBytes: usize, stepBytes: usize, m: i32, k: i32, block: i32, b: usize, rowBytesB: usize, columnBytesB: usize,
  n: i32, c: usize, rowBytesC: usize, columnBytes: usize, panels: usize, room: usize, tile: usize, last: usize,
): void {
  for (let k0 = 0; k0 < k; k0 += block) {
    const count = min(block, k - k0);
    const add = k0 > 0;
    const from = b + <usize>k0 * rowBytesB;
    if (columnBytesB == 4) packRows(from, count, n, rowBytesB, panels);
    else packColumns(from, count, n, columnBytesB, panels);
    // As many rows as fit into the second-level cache, or copied, into the first, go through all panels.
    const copied = rowBytes == 4 && (stepBytes != 4 || last != 0);
    // Where all panels fit into the first, four rows do: A then streams past, evenly.
    const small = !copied && count * n <= 6144;
    const rows = small ? 4 : max(4, ((copied ? 8192 : 32768) / count) & ~3);
    for (let i = 0; i < m; i += rows) {
      const height = min(rows, m - i);
      let first = a + <usize>i * rowBytes + <usize>k0 * stepBytes;
      let step = stepBytes;
      if (copied) {
        step = height << 2;
        for (let s = 0; s < count; s++) {
          const apart = last != 0 && k0 + s == k - 1;
          memory.copy(room + s * step, apart ? last + (<usize>i << 2) : first + s * stepBytes, step);
        }
        first = room;
      }
      multiplyEven(
        first, rowBytes, step, height, count, panels, n,
        c + <usize>i * rowBytesC, rowBytesC, columnBytes, add, tile,
      );
    }
  }
}

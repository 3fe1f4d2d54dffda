import type { WasmBackend } from './heap';
import { portions, ranges } from './shares';
import { type Part, runParts, threadCount } from './threads';
import { Workspace } from './workspace';

const block = 512;
const tileBytes = 128;
/** Rows or columns for each thread from which finer portions pay. */
const leastShare = 512;
const upTo8 = (columns: number): number => Math.ceil(columns / 8) * 8;

/** A matrix in memory: bytes from row to row and from column to column, one of them 4. */
export interface Layout {
  rows: number;
  columns: number;
  rowBytes: number;
  columnBytes: number;
}

/** The layout of a contiguous matrix, or of its transpose: of the last two axes of `shape`. */
export function layout(shape: number[], transposed: boolean): Layout {
  const [r, c] = shape.slice(-2) as [number, number];
  return transposed
    ? { rows: c, columns: r, rowBytes: 4, columnBytes: c * 4 }
    : { rows: r, columns: c, rowBytes: c * 4, columnBytes: 4 };
}

const flipped = ({ rows, columns, rowBytes, columnBytes }: Layout): Layout => ({
  rows: columns,
  columns: rows,
  rowBytes: columnBytes,
  columnBytes: rowBytes,
});

/** Passes over elements: to pack the second factor, twice if against its grain, and to copy the first where it is transposed. */
const cost = (read: Layout, packed: Layout): number =>
  packed.rows * packed.columns * (packed.columnBytes === 4 ? 1 : 2) +
  (read.columnBytes === 4 ? 0 : read.rows * read.columns);

/** The addresses of two factors and their product. */
export interface Factors {
  a: number;
  b: number;
  c: number;
  /** Where A's last column lies, contiguous, if not with the others; only for a transposed A. */
  last?: number;
}

/** C = A · B for each pair of matrices; C's rows are contiguous. */
export function multiplyAll(backend: WasmBackend, a: Layout, b: Layout, pairs: Factors[]): void {
  const n = b.columns;
  // C = A · B or Cᵀ = Bᵀ · Aᵀ, stored against the grain: the first factor is read in place, the second is packed.
  const apart = pairs.some(({ last }) => last !== undefined);
  const swap = !apart && cost(flipped(b), flipped(a)) + a.rows * n < cost(a, b);
  const [read, packed] = swap ? [flipped(b), flipped(a)] : [a, b];
  const [rowBytesC, columnBytesC] = swap ? [4, n * 4] : [n * 4, 4];
  const k = a.columns;
  const steps = Math.min(block, k);
  const work = new Workspace();
  // Each thread takes some rows or some columns, whichever are more, with panels and a copy of its own.
  const byRows = read.rows > packed.columns;
  const [extent, unit] = byRows ? [read.rows, 4] : [packed.columns, 8];
  const threads = threadCount(backend);
  // The other factor is gone through for each portion.
  const share = extent < threads * leastShare ? ranges : portions;
  const bounds = share(backend, extent, unit, 'product', read.rows * packed.columns * k);
  const widest = Math.max(...bounds.map(([first, last]) => last - first));
  const shares = bounds.map(([first, last]) => ({
    rows: byRows ? [first, last] : [0, read.rows],
    columns: byRows ? [0, packed.columns] : [first, last],
  }));
  const panels = work.reserveEach(threads, steps * upTo8(byRows ? packed.columns : widest) * 4);
  const room = work.reserveEach(threads, read.rowBytes === 4 ? Math.max(4 * steps, 8192) * 4 : 0);
  const tile = work.reserveEach(threads, tileBytes);
  work.run(backend, () => {
    for (const pair of pairs) {
      const [from, other] = swap ? [pair.b, pair.a] : [pair.a, pair.b];
      const parts = shares.map(({ rows, columns }): Part => {
        const [row, column] = [rows[0]!, columns[0]!];
        const first = [from + row * read.rowBytes, read.rowBytes, read.columnBytes, rows[1]! - row] as const;
        const start = other + column * packed.columnBytes;
        const second = [start, packed.rowBytes, packed.columnBytes, columns[1]! - column] as const;
        const out = [pair.c + row * rowBytesC + column * columnBytesC, rowBytesC, columnBytesC] as const;
        const last = pair.last === undefined ? 0 : pair.last + row * read.rowBytes;
        return ['matrixProduct', ...first, k, block, ...second, ...out, panels(), room(), tile(), last];
      });
      runParts(backend, parts);
    }
  });
}

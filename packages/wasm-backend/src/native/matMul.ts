import { broadcast_util, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { following } from './following';
import { addressOf, produce, type WasmBackend } from './heap';
import { kernelsOf } from './module';
import { type NativeKernel, replaceKernel } from './registry';
import { type Part, ranges, runParts } from './threads';
import { Workspace } from './workspace';

const block = 512;
const tileBytes = 128;
const upTo8 = (columns: number): number => Math.ceil(columns / 8) * 8;

/** A matrix in memory: bytes from row to row and from column to column, one of them 4. */
interface Layout {
  rows: number;
  columns: number;
  rowBytes: number;
  columnBytes: number;
}

function layout(shape: number[], transposed: boolean): Layout {
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

/** C = A · B for each pair of matrices; C's rows are contiguous. */
function multiplyAll(backend: WasmBackend, a: Layout, b: Layout, pairs: { a: number; b: number; c: number }[]): void {
  const n = b.columns;
  // C = A · B or Cᵀ = Bᵀ · Aᵀ, stored against the grain: the first factor is read in place, the second is packed.
  const swap = cost(flipped(b), flipped(a)) + a.rows * n < cost(a, b);
  const [read, packed] = swap ? [flipped(b), flipped(a)] : [a, b];
  const [rowBytesC, columnBytesC] = swap ? [4, n * 4] : [n * 4, 4];
  const k = a.columns;
  const steps = Math.min(block, k);
  const work = new Workspace();
  // Each thread takes some rows or some columns, whichever are more, with panels and a copy of its own.
  const byRows = read.rows > packed.columns;
  const [extent, unit] = byRows ? [read.rows, 4] : [packed.columns, 8];
  const shares = ranges(backend, extent, unit, 'product', read.rows * packed.columns * k).map(([first, last]) => ({
    rows: byRows ? [first, last] : [0, read.rows],
    columns: byRows ? [0, packed.columns] : [first, last],
    panels: work.reserve(steps * upTo8(byRows ? packed.columns : last - first) * 4),
    room: work.reserve(read.rowBytes === 4 ? Math.max(4 * steps, 8192) * 4 : 0),
    tile: work.reserve(tileBytes),
  }));
  work.run(backend, () => {
    for (const pair of pairs) {
      const [from, other] = swap ? [pair.b, pair.a] : [pair.a, pair.b];
      const parts = shares.map(({ rows, columns, panels, room, tile }): Part => {
        const [row, column] = [rows[0]!, columns[0]!];
        const first = [from + row * read.rowBytes, read.rowBytes, read.columnBytes, rows[1]! - row] as const;
        const start = other + column * packed.columnBytes;
        const second = [start, packed.rowBytes, packed.columnBytes, columns[1]! - column] as const;
        const out = [pair.c + row * rowBytesC + column * columnBytesC, rowBytesC, columnBytesC] as const;
        return ['matrixProduct', ...first, k, block, ...second, ...out, panels(), room(), tile()];
      });
      runParts(backend, parts);
    }
  });
}

/** Flat indices of the matrices of a batch that broadcasts from `outer` to `out`. */
function batchIndices(outer: number[], out: number[]): number[] {
  const strides = outer.map((extent, axis) => (extent === 1 ? 0 : util.sizeFromShape(outer.slice(axis + 1))));
  const lead = out.length - outer.length;
  return Array.from({ length: util.sizeFromShape(out) }, (_, flat) => {
    let index = 0;
    let rest = flat;
    for (let axis = out.length - 1; axis >= 0; axis--) {
      const position = rest % out[axis]!;
      rest = Math.floor(rest / out[axis]!);
      if (axis >= lead) index += position * strides[axis - lead]!;
    }
    return index;
  });
}

interface MatMulAttrs {
  transposeA: boolean;
  transposeB: boolean;
}

const isMatrices = (x: TensorInfo): boolean => x.dtype === 'float32' && x.shape.length >= 2;

/** Runs the products and then `finish` on the output's address. */
function product(
  backend: WasmBackend,
  a: TensorInfo,
  b: TensorInfo,
  { transposeA, transposeB }: MatMulAttrs,
  finish: (c: number, rows: number, columns: number) => void,
): TensorInfo {
  const [outerA, outerB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const outer = broadcast_util.assertAndGetBroadcastShape(outerA, outerB);
  const [la, lb] = [layout(a.shape, transposeA), layout(b.shape, transposeB)];
  if (la.columns !== lb.rows) {
    throw new Error(
      `Error in matMul: inner shapes (${la.columns}) and (${lb.rows}) of Tensors with shapes ${a.shape} and ${b.shape} and transposeA=${transposeA} and transposeB=${transposeB} must match.`,
    );
  }
  const size = la.rows * lb.columns * 4;
  return produce(backend, [...outer, la.rows, lb.columns], (c) => {
    const batches = util.sizeFromShape(outer);
    if (la.columns === 0) kernelsOf(backend).zero(c, batches * size);
    else {
      const [ia, ib] = [batchIndices(outerA, outer), batchIndices(outerB, outer)];
      const [atA, atB] = [addressOf(backend, a), addressOf(backend, b)];
      const [bytesA, bytesB] = [la.rows * la.columns * 4, lb.rows * lb.columns * 4];
      const pairs = ia.map((i, at) => ({ a: atA + i * bytesA, b: atB + ib[at]! * bytesB, c: c + at * size }));
      multiplyAll(backend, la, lb, pairs);
    }
    finish(c, batches * la.rows, lb.columns);
  });
}

const batchMatMul: NativeKernel = (args, replaced) => {
  const { a, b } = args.inputs as { a: TensorInfo; b: TensorInfo };
  if (!isMatrices(a) || !isMatrices(b)) return replaced(args);
  return product(args.backend as WasmBackend, a, b, args.attrs as unknown as MatMulAttrs, () => undefined);
};

const fusedMatMul: NativeKernel = (args, replaced) => {
  const { a, b, bias } = args.inputs as { a: TensorInfo; b: TensorInfo; bias?: TensorInfo };
  const attrs = args.attrs as unknown as MatMulAttrs;
  const finish = isMatrices(a) && isMatrices(b) ? following(args.attrs as Record<string, unknown>) : undefined;
  const columns = attrs.transposeB ? b.shape.at(-2) : b.shape.at(-1);
  if (finish === undefined || (bias && util.sizeFromShape(bias.shape) !== columns)) return replaced(args);
  const backend = args.backend as WasmBackend;
  const kernels = kernelsOf(backend);
  return product(backend, a, b, attrs, (c, rows, width) => {
    if (bias) kernels.addBias(c, addressOf(backend, bias), rows, width);
    finish(kernels, c, rows * width);
  });
};

/** Registers matMul with all transposes and batches, and its fused form with bias and activation. */
export function registerMatMul(): void {
  replaceKernel('BatchMatMul', batchMatMul);
  replaceKernel('_FusedMatMul', fusedMatMul);
}

import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { Matrix } from './exports';
import { addressOf, findMemory, type WasmBackend } from './heap';
import { kernelsOf } from './module';
import { ranges } from './shares';
import { type Part, runParts } from './threads';
import { Workspace } from './workspace';

/** Attributes of the kernels that iterate. */
export interface Iteration {
  iterations: number;
  first: 'u' | 'v';
  epsilon: number;
}

/** A tensor's values, until the next allocation. */
export const float32At = (backend: WasmBackend, tensor: TensorInfo): Float32Array =>
  new Float32Array(
    (findMemory(backend) as WebAssembly.Memory).buffer,
    addressOf(backend, tensor),
    util.sizeFromShape(tensor.shape),
  );

/** float64 values on the heap, added up in their order. */
export const sumAt = (backend: WasmBackend, address: number, count: number): number =>
  new Float64Array((findMemory(backend) as WebAssembly.Memory).buffer, address, count).reduce((a, b) => a + b, 0);

/**
 * Power iteration on the matrix of a kernel that is not empty, from the vectors of `from` to those of `next`. Rows are shared out
 * to the threads, and what they find is added up in the order of the rows.
 *
 * @returns σ
 */
export function iterate(
  backend: WasmBackend,
  from: { kernel: TensorInfo; u: TensorInfo; v: TensorInfo },
  next: { u: TensorInfo; v: TensorInfo },
  { iterations, first, epsilon }: Iteration,
): number {
  const [columns, rows] = [util.sizeFromShape(from.u.shape), util.sizeFromShape(from.v.shape)];
  const space = new Workspace();
  const shares = ranges(backend, rows, 4, 'pass', rows * columns);
  const parts = shares.map(() => space.reserve(columns * 4));
  const [columnSums, rowSums] = [space.reserve(shares.length * columns * 8), space.reserve(shares.length * 8)];
  return space.run(backend, () => {
    const kernels = kernelsOf(backend);
    const k = addressOf(backend, from.kernel);
    const [u, v] = [addressOf(backend, next.u), addressOf(backend, next.v)];
    float32At(backend, next.u).set(float32At(backend, from.u));
    float32At(backend, next.v).set(float32At(backend, from.v));
    const each = (part: (matrix: Matrix, v: number, share: number) => Part): void =>
      runParts(
        backend,
        shares.map(([begin, end], i) => part([k + begin * columns * 4, end - begin, columns], v + begin * 4, i)),
      );
    const left = (): number => {
      each((matrix, own, i) => ['spectralColumns', ...matrix, own, parts[i]!(), columnSums() + i * columns * 8]);
      return kernels.normalizeColumns(columnSums(), shares.length, columns, u, epsilon);
    };
    const right = (): number => {
      each((matrix, own, i) => ['spectralRows', ...matrix, u, own, rowSums() + i * 8]);
      return kernels.normalizeRows(v, rows, rowSums(), shares.length, epsilon);
    };
    if (iterations === 0) {
      each((matrix, own, i) => ['spectralSigma', ...matrix, u, own, rowSums() + i * 8]);
      return sumAt(backend, rowSums(), shares.length);
    }
    let sigma = 0;
    for (let i = 0; i < iterations; i++) {
      for (const half of first === 'u' ? [left, right] : [right, left]) sigma = half();
    }
    return sigma;
  });
}

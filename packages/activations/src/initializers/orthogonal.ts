import { createRandom } from '@relumine/core';
import { type KernelShape, requireKernelShape } from './fans';

/** Options of `orthogonal`. */
export interface OrthogonalOptions {
  /** A factor, such as the gain of an activation; 1 unless given. */
  gain?: number;
  /** Decides the values. */
  seed: number;
}

/** Orthonormal columns out of normal ones, by modified Gram–Schmidt, twice: once leaves rounding behind. */
function orthonormalColumns(matrix: Float64Array[], rows: number): void {
  for (const [k, column] of matrix.entries()) {
    for (let pass = 0; pass < 2; pass++) {
      for (const earlier of matrix.slice(0, k)) {
        let dot = 0;
        for (let i = 0; i < rows; i++) dot += earlier[i]! * column[i]!;
        for (let i = 0; i < rows; i++) column[i]! -= dot * earlier[i]!;
      }
    }
    const norm = Math.sqrt(column.reduce((sum, value) => sum + value * value, 0));
    for (let i = 0; i < rows; i++) column[i]! /= norm;
  }
}

/**
 * Orthogonal initialisation: the kernel as a matrix [field · in, out] has orthonormal columns (or rows, where there are
 * fewer of them), times the gain. Uniform over such matrices.
 *
 * @param shape of the kernel, [...spatial, in, out]
 * @returns float32 values, row-major
 * @throws RangeError for a wrong shape
 * @see Saxe, McClelland, Ganguli 2014; torch.nn.init.orthogonal_
 */
export function orthogonalValues(shape: KernelShape, options: OrthogonalOptions): Float32Array {
  requireKernelShape('activations/orthogonalValues', shape);
  const { gain = 1, seed } = options;
  const out = shape.at(-1)!;
  const inputs = shape.slice(0, -1).reduce((product, size) => product * size, 1);
  const [length, count] = [Math.max(inputs, out), Math.min(inputs, out)];
  const random = createRandom(seed);
  const columns = Array.from({ length: count }, () => Float64Array.from({ length }, () => random.normal()));
  orthonormalColumns(columns, length);
  const values = new Float32Array(inputs * out);
  for (let i = 0; i < inputs; i++) {
    for (let j = 0; j < out; j++) values[i * out + j] = gain * (inputs >= out ? columns[j]![i]! : columns[i]![j]!);
  }
  return values;
}

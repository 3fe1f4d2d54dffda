import type { ComplexMatrix } from './hermitianEigenvalues';

/** The lower triangle of a Hermitian matrix [n × n], row after row, real and imaginary parts in turn. */
export interface PackedHermitian {
  readonly n: number;
  /** n (n + 1) long; entry (i, j ≤ i) at i (i + 1) + 2 j. */
  readonly values: Float64Array;
}

export const packedZeros = (n: number): PackedHermitian => ({ n, values: new Float64Array(n * (n + 1)) });

/** The lower triangle of a full matrix. */
export function packed({ re, im }: ComplexMatrix, n: number): PackedHermitian {
  const matrix = packedZeros(n);
  let at = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      matrix.values[at++] = re[i * n + j]!;
      matrix.values[at++] = im[i * n + j]!;
    }
  }
  return matrix;
}

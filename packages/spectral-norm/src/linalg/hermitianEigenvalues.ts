import { type PackedHermitian, packed } from './packedHermitian';
import { tridiagonalEigenvalues } from './tridiagonalEigenvalues';
import { tridiagonalize, tridiagonalWork } from './tridiagonalize';

/** A complex matrix: real and imaginary parts, row-major. */
export interface ComplexMatrix {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/**
 * The eigenvalues of a Hermitian matrix, ascending, in float64, to about 1e-15 of the largest.
 *
 * @param matrix [n × n], whose lower triangle is read
 */
export function hermitianEigenvalues(matrix: ComplexMatrix, n: number): Float64Array {
  return eigenvaluesOfPacked(packed(matrix, n)).sort();
}

/** The same of a packed matrix, in no order. @param matrix overwritten */
export function eigenvaluesOfPacked(
  matrix: PackedHermitian,
  work: Float64Array = tridiagonalWork(matrix.n),
): Float64Array {
  const [diagonal, beside] = [new Float64Array(matrix.n), new Float64Array(matrix.n)];
  tridiagonalize(matrix, diagonal, beside, work);
  return tridiagonalEigenvalues(diagonal, beside);
}

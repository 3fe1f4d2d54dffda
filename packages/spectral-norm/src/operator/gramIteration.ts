import { requireObject, requirePositiveInteger } from '@relumine/core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { ComplexMatrix } from '../linalg/hermitianEigenvalues';
import { frequencies, gramMatrix, transferMatrices } from '../linalg/transfer';
import { kernelValues, requireInputShape, wrapped } from './kernelValues';

/** Options of `gramIteration`. */
export interface GramIterationOptions {
  /** [height, width] of the input. */
  inputShape: readonly [number, number];
  /** Squarings; 5 unless given. The excess shrinks quadratically. */
  iterations?: number;
}

const where = 'spectral-norm/gramIteration';

/** The whole of a Hermitian matrix from its lower triangle, divided by its Frobenius norm, and that norm. */
function completed({ re, im }: ComplexMatrix, n: number): number {
  let squares = 0;
  for (let a = 0; a < n; a++) {
    for (let b = 0; b <= a; b++) {
      const size = re[a * n + b]! ** 2 + im[a * n + b]! ** 2;
      squares += a === b ? size : 2 * size;
    }
  }
  const norm = Math.sqrt(squares);
  if (norm === 0) return 0;
  for (let a = 0; a < n; a++) {
    for (let b = 0; b <= a; b++) {
      re[a * n + b]! /= norm;
      im[a * n + b]! /= norm;
      re[b * n + a] = re[a * n + b]!;
      im[b * n + a] = -im[a * n + b]!;
    }
  }
  return norm;
}

/** An upper bound of one matrix's largest singular value: ‖G_t‖_F^(1 / 2^t) with G ← Gᴴ G, kept in range by its logarithm. */
function bound(matrix: ComplexMatrix, rows: number, columns: number, iterations: number): number {
  let gram = gramMatrix(matrix, rows, columns);
  const { n } = gram;
  let logarithm = 0;
  let power = 2;
  for (let t = 1; ; t++) {
    const norm = completed(gram, n);
    if (norm === 0) return 0;
    // log of ‖G_t‖ unscaled, over its power of the matrix
    logarithm += Math.log(norm) / power;
    if (t === iterations) return Math.exp(logarithm);
    gram = gramMatrix(gram, n, n);
    power *= 2;
  }
}

/**
 * An upper bound of a circular convolution's norm (stride 1): Gram iteration on each frequency's matrix. Unlike power
 * iteration it comes from above, so it is a bound at every step.
 *
 * @param kernel float32[height, width, in, out]; borrowed
 * @throws TypeError unless the kernel is float32; RangeError for another rank, NaN, or wrong options
 * @see Delattre et al. 2023, Efficient Bound of Lipschitz Constant for Convolutional Layers by Gram Iteration
 */
export async function gramIteration(kernel: Tensor4D, options: GramIterationOptions): Promise<number> {
  requireObject(where, 'options', options);
  const { inputShape, iterations = 5 } = options;
  requireInputShape(where, inputShape);
  requirePositiveInteger(where, 'options.iterations', iterations);
  const values = wrapped(await kernelValues(where, kernel), inputShape);
  const matrixAt = transferMatrices(values, inputShape);
  let largest = 0;
  for (const at of frequencies(...inputShape)) {
    largest = Math.max(largest, bound(matrixAt(at), values.inputs, values.outputs, iterations));
  }
  return largest;
}

import { requireObject } from '@relumine/core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { gramSymbol } from '../linalg/gramSymbol';
import { eigenvaluesOfPacked } from '../linalg/hermitianEigenvalues';
import { packedZeros } from '../linalg/packedHermitian';
import { frequencies } from '../linalg/transfer';
import { tridiagonalWork } from '../linalg/tridiagonalize';
import { kernelValues, requireInputShape, wrapped } from './kernelValues';

const where = 'spectral-norm/singularValues';

/** Options of `singularValues`. */
export interface SingularValuesOptions {
  /** [height, width] of the input. */
  inputShape: readonly [number, number];
}

/**
 * All singular values of a convolution with circular padding and stride 1, descending: height · width · min(in, out) of
 * them. The Fourier transform makes the operator block-diagonal, one [out × in] matrix for each frequency; computed in
 * float64 through each block's Gram matrix, so that small ones are exact to about 1e-8 of the largest.
 *
 * @param kernel float32[height, width, in, out]; borrowed
 * @throws TypeError unless the kernel is float32, RangeError for another rank, NaN or a wrong input shape
 * @see Sedghi, Gupta, Long 2019, The Singular Values of Convolutional Layers
 */
export async function singularValues(kernel: Tensor4D, options: SingularValuesOptions): Promise<Float32Array> {
  requireObject(where, 'options', options);
  const { inputShape } = options;
  requireInputShape(where, inputShape);
  const values = wrapped(await kernelValues(where, kernel), inputShape);
  const symbol = gramSymbol(values, inputShape);
  const { n } = symbol;
  const [gram, work] = [packedZeros(n), tridiagonalWork(n)];
  const found = new Float32Array(inputShape[0] * inputShape[1] * n);
  let count = 0;
  for (const at of frequencies(...inputShape)) {
    symbol.at(at, gram);
    for (const eigenvalue of eigenvaluesOfPacked(gram, work)) {
      const sigma = Math.sqrt(Math.max(0, eigenvalue));
      for (let i = 0; i < at.weight; i++) found[count++] = sigma;
    }
  }
  return found.sort().reverse();
}

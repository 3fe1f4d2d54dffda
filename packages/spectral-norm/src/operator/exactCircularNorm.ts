import { gramSymbol } from '../linalg/gramSymbol';
import { eigenvaluesOfPacked } from '../linalg/hermitianEigenvalues';
import { packedZeros } from '../linalg/packedHermitian';
import { frequencies, type KernelValues } from '../linalg/transfer';
import { tridiagonalWork } from '../linalg/tridiagonalize';
import { wrapped } from './kernelValues';

/** The norm of a circular convolution of stride 1: the largest singular value of all frequencies' matrices, exact. */
export function exactCircularNorm(kernel: KernelValues, shape: readonly [number, number]): number {
  const symbol = gramSymbol(wrapped(kernel, shape), shape);
  const [gram, work] = [packedZeros(symbol.n), tridiagonalWork(symbol.n)];
  let largest = 0;
  for (const at of frequencies(...shape)) {
    symbol.at(at, gram);
    for (const value of eigenvaluesOfPacked(gram, work)) largest = Math.max(largest, value);
  }
  return Math.sqrt(largest);
}

import { createRandom, requireObject, requirePositiveInteger } from '@relumine/core';
import { dispose, type Tensor, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { requireFiniteKernel } from './finiteKernel';
import { kernelProducts, requireAxis } from './kernelMatrix';
import { iterate, type SpectralState } from './powerIteration';

const where = 'spectral-norm/createSpectralState';

/** Options of `createSpectralState`. */
export interface SpectralStateOptions {
  seed: number | string;
  /** The axis of the outputs; the last one unless given (2 for the kernel of a transposed 2-D convolution). */
  axis?: number;
  /** Steps of power iteration before the first use; 15 unless given, as in PyTorch. */
  warmUp?: number;
}

/**
 * A state to start from: normal random vectors of length 1, then `warmUp` steps. One value is read back.
 *
 * @param kernel float32, rank 2 or more; borrowed
 * @returns vectors of the kernel's matrix [outputs, rest]; the caller's
 * @throws TypeError or RangeError for a wrong kernel, NaN or infinity in it, a wrong axis or number of steps
 */
export function createSpectralState(kernel: Tensor, options: SpectralStateOptions): SpectralState {
  requireObject(where, 'options', options);
  const { seed, warmUp = 15 } = options;
  const axis = requireAxis(where, kernel, options.axis ?? -1);
  requirePositiveInteger(where, 'options.warmUp', warmUp, 0);
  const random = createRandom(seed);
  const unit = (length: number): Float32Array => {
    const values = Float64Array.from({ length }, () => random.normal());
    const length2 = Math.sqrt(values.reduce((sum, x) => sum + x * x, 0));
    return Float32Array.from(values, (x) => x / length2);
  };
  const rows = kernel.shape[axis]!;
  const start = { u: tensor1d(unit(rows)), v: tensor1d(unit(rows === 0 ? 0 : kernel.size / rows)) };
  const steps = { iterations: warmUp, epsilon: 1e-12, first: 'u' as const };
  const [u, v, sigma] = tidy(() => iterate(kernelProducts(kernel, axis), start, steps));
  try {
    requireFiniteKernel(where, kernel, sigma);
  } catch (error) {
    dispose([u, v]);
    throw error;
  } finally {
    dispose([sigma, start.u, start.v]);
  }
  return { u, v };
}

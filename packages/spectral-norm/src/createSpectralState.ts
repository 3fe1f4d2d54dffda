import { createRandom, invalidArgument, requirePositiveInteger } from '@relumine/core';
import { dispose, type Tensor, tensor1d } from '@tensorflow/tfjs-core';
import { requireAxis, toMatrix } from './kernelMatrix';
import { powerIteration, type SpectralState } from './powerIteration';

const where = 'spectral-norm/createSpectralState';

/** Options of `createSpectralState`. */
export interface SpectralStateOptions {
  seed: number | string;
  /** The axis of the outputs; the last one unless given (2 for the kernel of a transposed 2-D convolution). */
  axis?: number;
  /** Steps of power iteration before the first use; 15 unless given, as in PyTorch. */
  warmUp?: number;
}

/** @throws RangeError for a kernel with NaN or infinity; read back only where sigma, which both reach, says so */
function requireFiniteKernel(kernel: Tensor, sigma: Tensor): void {
  if (Number.isFinite(sigma.dataSync()[0])) return;
  const received = kernel.dataSync().find((value) => !Number.isFinite(value));
  if (received === undefined) return;
  throw invalidArgument({
    where,
    argument: 'kernel',
    rule: 'must be finite',
    received: String(received),
    wayOut: 'Look at how it was initialised or trained: a step that diverged leaves NaN behind.',
  });
}

/**
 * A state to start from: normal random vectors of length 1, then `warmUp` steps. Here, where one value is read back, a kernel
 * with NaN is refused; the steps of training read nothing and pass it on.
 *
 * @param kernel float32, rank 2 or more; borrowed
 * @returns vectors of the kernel's matrix [outputs, rest]; the caller's
 * @throws TypeError or RangeError for a wrong kernel, NaN or infinity in it, a wrong axis or number of steps
 */
export function createSpectralState(kernel: Tensor, options: SpectralStateOptions): SpectralState {
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
  const matrix = toMatrix(kernel, axis);
  const { state, sigma } = powerIteration(matrix, start, { iterations: warmUp });
  try {
    requireFiniteKernel(kernel, sigma);
  } catch (error) {
    dispose([state.u, state.v]);
    throw error;
  } finally {
    dispose([matrix, sigma, start.u, start.v]);
  }
  return state;
}

import { requireFinite, requirePositiveInteger } from '@relumine/core';
import { dispose, type Scalar, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { requireFiniteKernel, valuesAreAtHand } from './finiteKernel';
import { requireAxis } from './kernelMatrix';
import type { SpectralState } from './powerIteration';
import { spectralStep, withGradient } from './spectralStep';

const where = 'spectral-norm/spectralNormalize';

/** Options of `spectralNormalize`. */
export interface SpectralNormalizeOptions {
  /** Steps of power iteration in training; 1 unless given. */
  iterations?: number;
  epsilon?: number;
  /** The axis of the outputs; the last one unless given (2 for the kernel of a transposed 2-D convolution). */
  axis?: number;
  /** Training iterates; inference keeps u and v and computes sigma from the kernel as it is now. True unless given. */
  training?: boolean;
  /** The sigma that the kernel gets; 1 unless given. */
  target?: number;
  /** Leaves a kernel whose sigma is at most `target` as it is, instead of scaling it up. False unless given. */
  onlyIfLarger?: boolean;
}

/** The normalised kernel, the state for the next step, and sigma; all yours. */
export interface SpectralNormalized<T extends Tensor> {
  /** The kernel divided by sigma; unchanged where sigma is 0. */
  readonly kernel: T;
  readonly state: SpectralState;
  /** float32[]; 0 for a zero kernel. */
  readonly sigma: Scalar;
}

/**
 * Spectral normalisation of a kernel as PyTorch does it: power iteration on the matrix [outputs, rest], then division by
 * `sigma = uᵀ W v`, through which the gradient flows with u and v constant. Kernels are tfjs's: [height, width, in, out],
 * dense [in, out].
 *
 * The differences: a zero kernel, where PyTorch gives NaN, stays as it is, with sigma 0; and a kernel with NaN or infinity is
 * refused. On WebGL and WebGPU, where looking at sigma would wait for the device, such a kernel makes sigma and the whole
 * result NaN.
 *
 * This bounds the norm of the reshaped kernel, not of the convolution, which can be up to √(height·width) times larger.
 *
 * @param kernel float32, rank 2 or more; borrowed
 * @param state from {@link createSpectralState}; borrowed
 * @returns kernel, next state, sigma; the caller's
 * @throws TypeError for another dtype, RangeError for rank below 2, another axis, a state of other lengths, NaN or infinity in
 *   the kernel
 * @see Miyato et al. 2018; torch.nn.utils.parametrizations.spectral_norm
 */
export function spectralNormalize<T extends Tensor>(
  kernel: T,
  state: SpectralState,
  options: SpectralNormalizeOptions = {},
): SpectralNormalized<T> {
  const { iterations = 1, epsilon = 1e-12, training = true, target = 1, onlyIfLarger = false } = options;
  const axis = requireAxis(where, kernel, options.axis ?? -1);
  requirePositiveInteger(where, 'options.iterations', iterations);
  requireFinite(where, 'options.target', target, { min: 0, exclusive: true });
  const division = { target, onlyIfLarger };
  const steps = { iterations: training ? iterations : 0, epsilon, first: 'u' as const };
  const { value, sigma, ...next } = spectralStep(kernel, state, axis, steps, division);
  try {
    if (valuesAreAtHand()) requireFiniteKernel(where, kernel, sigma);
    return {
      kernel: tidy(() => withGradient(kernel, { value, sigma, ...next }, axis, division)) as T,
      state: next,
      sigma,
    };
  } catch (error) {
    dispose([sigma, next.u, next.v]);
    throw error;
  } finally {
    dispose(value);
  }
}

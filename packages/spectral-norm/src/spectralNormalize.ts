import { requireFinite, requirePositiveInteger } from '@relumine/core';
import {
  add,
  cast,
  customGrad,
  dispose,
  div,
  greater,
  matMul,
  mul,
  outerProduct,
  reshape,
  type Scalar,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  tidy,
} from '@tensorflow/tfjs-core';
import { fromMatrix, requireAxis, toMatrix } from './kernelMatrix';
import { powerIteration, type SpectralState } from './powerIteration';

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

type GradSaver = (tensors: Tensor[]) => void;

/** How far a kernel is divided. */
interface Division {
  readonly target: number;
  readonly onlyIfLarger: boolean;
}

/** 1 where the kernel is divided, 0 where it passes unchanged: sigma 0, or small enough with `onlyIfLarger`. */
const isDivided = (sigma: Tensor, { target, onlyIfLarger }: Division): Tensor =>
  cast(greater(sigma, onlyIfLarger ? target : 0), 'float32');

/** What the kernel is divided by: sigma / target, or 1. */
const divisor = (sigma: Tensor, division: Division): Tensor => {
  const divided = isDivided(sigma, division);
  return add(mul(divided, div(sigma, division.target)), sub(1, divided));
};

/** target · kernel / sigma, with the gradient through sigma at constant u and v: `(G − ⟨G, result⟩ u vᵀ / target) · target / sigma`. */
function divideBySigma(kernel: Tensor, { u, v }: SpectralState, axis: number, division: Division): Tensor {
  const divide = customGrad((...args: (Tensor | GradSaver)[]) => {
    const [x, save] = args as [Tensor, GradSaver];
    const matrix = toMatrix(x, axis);
    const sigma = sum(mul(matMul(reshape(u, [1, -1]), matrix), reshape(v, [1, -1])));
    const value = div(x, divisor(sigma, division));
    save([value, sigma, u, v]);
    return {
      value,
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [result, s, left, right] = saved as [Tensor, Scalar, Tensor1D, Tensor1D];
        const along = div(mul(sum(mul(dy, result)), isDivided(s, division)), division.target);
        const direction = fromMatrix(outerProduct(left, right), x.shape, axis);
        return div(sub(dy, mul(direction, along)), divisor(s, division));
      },
    };
  });
  return divide(kernel);
}

/**
 * Spectral normalisation of a kernel as PyTorch does it: power iteration on the matrix [outputs, rest], then division by
 * `sigma = uᵀ W v`, through which the gradient flows with u and v constant. Kernels are tfjs's: [height, width, in, out],
 * dense [in, out].
 *
 * The one difference: a zero kernel, where PyTorch gives NaN, stays as it is, with sigma 0.
 *
 * This bounds the norm of the reshaped kernel, not of the convolution, which can be up to √(height·width) times larger.
 *
 * @param kernel float32, rank 2 or more; borrowed
 * @param state from {@link createSpectralState}; borrowed
 * @returns kernel, next state, sigma; the caller's
 * @throws TypeError for another dtype, RangeError for rank below 2, another axis or a state of other lengths
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
  const matrix = toMatrix(kernel, axis);
  try {
    const next = powerIteration(matrix, state, { iterations: training ? iterations : 0, epsilon });
    const normalized = tidy(() => divideBySigma(kernel, next.state, axis, { target, onlyIfLarger })) as T;
    return { kernel: normalized, ...next };
  } finally {
    dispose(matrix);
  }
}

import {
  invalidArgument,
  requireFinite,
  requireFloat32Tensor,
  requirePositiveInteger,
  requireRank,
} from '@relumine/core';
import {
  dispose,
  div,
  maximum,
  mul,
  norm,
  type Scalar,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tidy,
} from '@tensorflow/tfjs-core';
import { requireFiniteKernel, valuesAreAtHand } from './finiteKernel';
import { type MatrixProducts, matrixProducts } from './kernelMatrix';

/** Approximations of the first left (`u`, one entry a row) and right (`v`, one a column) singular vectors of a matrix. */
export interface SpectralState {
  readonly u: Tensor1D;
  readonly v: Tensor1D;
}

/** Options of `powerIteration`. */
export interface PowerIterationOptions {
  /** Steps, at least 1; 1 unless given. (Sigma with the state as it is: `spectralNormalize` without training.) */
  iterations?: number;
  /** Norms below this count as this: an all-zero matrix has u = v = 0 instead of NaN. 1e-12 unless given. */
  epsilon?: number;
}

const where = 'spectral-norm/powerIteration';

/** x / max(‖x‖, epsilon). */
const normalize = (x: Tensor, epsilon: number): Tensor1D => div(x, maximum(norm(x), epsilon));

/** @throws RangeError for vectors of other lengths than the matrix's */
export function requireState([rows, columns]: readonly [number, number], { u, v }: SpectralState): void {
  if (u.shape.length === 1 && v.shape.length === 1 && u.shape[0] === rows && v.shape[0] === columns) return;
  throw invalidArgument({
    where,
    argument: 'state',
    rule: `must have u of shape [${rows}] and v of shape [${columns}] for a matrix of shape [${rows}, ${columns}]`,
    received: `u [${u.shape.join(', ')}] and v [${v.shape.join(', ')}]`,
    wayOut: 'Make one with createSpectralState.',
  });
}

/** @throws RangeError for what can't be a number of steps or a smallest norm */
export function requireIteration(iterations: number, epsilon: number): void {
  requirePositiveInteger(where, 'options.iterations', iterations, 0);
  requireFinite(where, 'options.epsilon', epsilon, { min: 0, exclusive: true });
}

/** Steps of power iteration; `first` says which of the two vectors each step begins with. The results are the caller's. */
export function iterate(
  { times, transposedTimes }: MatrixProducts,
  state: SpectralState,
  { iterations, epsilon, first }: { iterations: number; epsilon: number; first: 'u' | 'v' },
): [u: Tensor1D, v: Tensor1D, sigma: Scalar] {
  return tidy(() => {
    let [u, v] = [state.u.clone(), state.v.clone()];
    const left = (): void => {
      u = normalize(times(v), epsilon);
    };
    const right = (): void => {
      v = normalize(transposedTimes(u), epsilon);
    };
    for (let i = 0; i < iterations; i++) for (const half of first === 'u' ? [left, right] : [right, left]) half();
    return [u, v, sum(mul(u, times(v)))];
  });
}

/**
 * Power iteration for the largest singular value: each step sets `u = W v / ‖W v‖`, then `v = Wᵀ u / ‖Wᵀ u‖`; at the end
 * `sigma = uᵀ W v`. The order is PyTorch's. State in, state out: nothing is hidden.
 *
 * @param matrix float32[rows, columns]; borrowed
 * @param state where to start; borrowed
 * @returns the next state and sigma (float32[], never above the true norm but by rounding); the caller's
 * @throws TypeError for another dtype, RangeError for another rank, a state of other lengths, fewer than one step, and for NaN or
 *   infinity in the matrix (but on WebGL and WebGPU, where looking would wait for the device: there sigma is NaN)
 * @see Miyato et al. 2018, Spectral Normalization for GANs; torch.nn.utils.parametrizations.spectral_norm
 */
export function powerIteration(
  matrix: Tensor2D,
  state: SpectralState,
  options: PowerIterationOptions = {},
): { state: SpectralState; sigma: Scalar } {
  const { iterations = 1, epsilon = 1e-12 } = options;
  requireFloat32Tensor(where, 'matrix', matrix);
  requireRank(where, 'matrix', matrix, 2);
  requireState(matrix.shape, state);
  requirePositiveInteger(where, 'options.iterations', iterations);
  requireIteration(iterations, epsilon);
  const [u, v, sigma] = iterate(matrixProducts(matrix), state, { iterations, epsilon, first: 'u' });
  try {
    if (valuesAreAtHand()) requireFiniteKernel(where, matrix, sigma, 'matrix');
  } catch (error) {
    dispose([u, v, sigma]);
    throw error;
  }
  return { state: { u, v }, sigma };
}

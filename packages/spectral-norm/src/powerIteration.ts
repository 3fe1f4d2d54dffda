import {
  invalidArgument,
  requireFinite,
  requireFloat32Tensor,
  requirePositiveInteger,
  requireRank,
} from '@relumine/core';
import {
  div,
  matMul,
  maximum,
  mul,
  norm,
  reshape,
  type Scalar,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tidy,
} from '@tensorflow/tfjs-core';

/** Approximations of the first left (`u`, one entry a row) and right (`v`, one a column) singular vectors of a matrix. */
export interface SpectralState {
  readonly u: Tensor1D;
  readonly v: Tensor1D;
}

/** Options of `powerIteration`. */
export interface PowerIterationOptions {
  /** Steps; 1 unless given. 0 keeps the state and computes sigma alone. */
  iterations?: number;
  /** Norms below this count as this: an all-zero matrix has u = v = 0 instead of NaN. 1e-12 unless given. */
  epsilon?: number;
}

const where = 'spectral-norm/powerIteration';

/** x / max(‖x‖, epsilon). */
const normalize = (x: Tensor, epsilon: number): Tensor1D => div(x, maximum(norm(x), epsilon));

/** W·v and Wᵀ·u as vectors. */
const times = (matrix: Tensor2D, v: Tensor1D): Tensor1D => reshape(matMul(matrix, reshape(v, [-1, 1])), [-1]);
const transposedTimes = (matrix: Tensor2D, u: Tensor1D): Tensor1D => reshape(matMul(reshape(u, [1, -1]), matrix), [-1]);

function requireState(matrix: Tensor2D, { u, v }: SpectralState): void {
  const [rows, columns] = matrix.shape;
  if (u.shape.length === 1 && v.shape.length === 1 && u.shape[0] === rows && v.shape[0] === columns) return;
  throw invalidArgument({
    where,
    argument: 'state',
    rule: `must have u of shape [${rows}] and v of shape [${columns}] for a matrix of shape [${matrix.shape.join(', ')}]`,
    received: `u [${u.shape.join(', ')}] and v [${v.shape.join(', ')}]`,
    wayOut: 'Make one with createSpectralState.',
  });
}

/**
 * Power iteration for the largest singular value: each step sets `u = W v / ‖W v‖`, then `v = Wᵀ u / ‖Wᵀ u‖`; at the end
 * `sigma = uᵀ W v`. The order is PyTorch's. State in, state out: nothing is hidden.
 *
 * @param matrix float32[rows, columns]; borrowed
 * @param state where to start; borrowed
 * @returns the next state and sigma (float32[], never above the true norm but by rounding); the caller's
 * @throws TypeError for another dtype, RangeError for another rank, a state of other lengths or negative iterations
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
  requireState(matrix, state);
  requirePositiveInteger(where, 'options.iterations', iterations, 0);
  requireFinite(where, 'options.epsilon', epsilon, { min: 0, exclusive: true });
  const [u, v, sigma] = tidy((): [Tensor1D, Tensor1D, Scalar] => {
    let [u, v] = [state.u.clone(), state.v.clone()];
    for (let i = 0; i < iterations; i++) {
      u = normalize(times(matrix, v), epsilon);
      v = normalize(transposedTimes(matrix, u), epsilon);
    }
    return [u, v, sum(mul(u, times(matrix, v)))];
  });
  return { state: { u, v }, sigma };
}

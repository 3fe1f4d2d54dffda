import { invalidArgument, requireFloat32Tensor } from '@relumine/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { symmetricEigenvalues } from './symmetricEigenvalues';

const where = 'dead-neuron-metrics/activationRank';

/** How many directions the activations of a layer span. */
export interface ActivationRank {
  /** `exp(−Σ p ln p)` with `p = σ / Σσ`: 1 to channels; 0 for a layer that is all zero. */
  effective: number;
  /** `Σσ² / max σ²`; 0 for a layer that is all zero. */
  stable: number;
}

/** Aᵀ A in float64. */
function gramOf(values: ArrayLike<number>, channels: number): Float64Array {
  const gram = new Float64Array(channels * channels);
  for (let row = 0; row < values.length; row += channels)
    for (let i = 0; i < channels; i++) {
      const a = values[row + i]!;
      if (a === 0) continue;
      for (let j = i; j < channels; j++) gram[i * channels + j]! += a * values[row + j]!;
    }
  for (let i = 0; i < channels; i++) for (let j = 0; j < i; j++) gram[i * channels + j] = gram[j * channels + i]!;
  return gram;
}

/**
 * How many directions a layer's activations use: the effective and the stable rank of the matrix
 * `[batch × positions, channels]`, σ its singular values. A layer loses rank as its channels die or copy each other.
 *
 * @param h float32[batch, …, channels]; borrowed. Costs batch × positions × channels² multiplications
 * @returns NaN for both where h holds NaN or infinities
 * @throws TypeError unless h is a float32 tensor; RangeError for rank below 2 or no values
 * @see Roy & Vetterli 2007 (effective rank); Rudelson & Vershynin 2007 (stable rank)
 */
export async function activationRank(h: Tensor): Promise<ActivationRank> {
  requireFloat32Tensor(where, 'h', h);
  if (h.shape.length < 2 || h.size === 0)
    throw invalidArgument({
      where,
      argument: 'h',
      rule: 'must have the shape [batch, …, channels] with one sample at least',
      received: `shape [${h.shape.join(', ')}]`,
    });
  const channels = h.shape.at(-1)!;
  const gram = gramOf((await h.data()) as Float32Array, channels);
  if (!gram.every(Number.isFinite)) return { effective: Number.NaN, stable: Number.NaN };
  const eigenvalues = symmetricEigenvalues(gram, channels);
  const largest = Math.max(...eigenvalues);
  if (largest <= 0) return { effective: 0, stable: 0 };
  // Squares of singular values; what rounding left of a 0 would weigh √ε in the sum of the σ.
  const squares = eigenvalues.filter((value) => value > 1e-13 * channels * largest);
  const sigma = squares.map(Math.sqrt);
  const total = sigma.reduce((sum, value) => sum + value, 0);
  const entropy = sigma.reduce((sum, value) => sum - (value / total) * Math.log(value / total), 0);
  return { effective: Math.exp(entropy), stable: squares.reduce((sum, value) => sum + value, 0) / largest };
}

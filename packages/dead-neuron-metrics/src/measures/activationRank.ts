import { invalidArgument, requireFloat32Tensor } from '@relumine/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { type ActivationRank, addGram, rankOfGram } from './gram';

const where = 'dead-neuron-metrics/activationRank';

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
  const gram = new Float64Array(channels * channels);
  addGram(gram, (await h.data()) as Float32Array, channels);
  return rankOfGram(gram, channels);
}

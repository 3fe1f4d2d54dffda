import { describe, invalidArgument, requireFinite, requireOneOf, requirePositiveInteger } from '@relumine/core';
import { normalCdf } from './normalCdf';

/**
 * The probability that one unit `relu(w x + b)` of a scalar input is dead on all of `[−radius, radius]`: that
 * `b < −radius |w|`. Weight and bias are independent and of the same scale, which cancels.
 *
 * `normal`: `arctan(1/r)/π`. `uniform` on (−c, c): `1/(4r)` for `r ≥ 1`, `1/2 − r/4` below.
 *
 * @param options `distribution` of weight and bias; `radius` at least 0
 * @throws RangeError for another distribution or radius
 *
 * @example
 * deadUnitProbability({ distribution: 'normal', radius: 1 }); // 0.25
 *
 * @see the derivation: b / |w| is half-Cauchy for normal values, a ratio of uniforms otherwise; the tests draw it
 */
export function deadUnitProbability(options: { distribution: 'normal' | 'uniform'; radius: number }): number {
  const where = 'dead-neuron-metrics/deadUnitProbability';
  const { distribution, radius } = options;
  requireOneOf(where, 'distribution', distribution, ['normal', 'uniform']);
  requireFinite(where, 'radius', radius, { min: 0 });
  if (distribution === 'normal') return Math.atan2(1, radius) / Math.PI;
  return radius >= 1 ? 1 / (4 * radius) : 1 / 2 - radius / 4;
}

/**
 * The probability that one unit is dead on the whole non-negative orthant of `inputs` dimensions (images, or what comes
 * out of a ReLU layer): all weights and the bias are negative, `2^−(inputs + 1)`, for symmetric weights and bias.
 *
 * @throws RangeError unless `inputs` is a positive integer
 * @see the derivation: the signs of inputs + 1 symmetric values are independent coins
 */
export function deadOnOrthantProbability(options: { inputs: number }): number {
  requirePositiveInteger('dead-neuron-metrics/deadOnOrthantProbability', 'inputs', options.inputs);
  return 2 ** -(options.inputs + 1);
}

/**
 * The probability that a healthy unit without bias fires on none of `samples` independent inputs from a symmetric
 * distribution: `2^−samples`. So few samples are enough to tell such a unit from a dead one.
 *
 * @throws RangeError unless `samples` is a positive integer
 * @see the derivation: the sign of w · x is a fair coin for each sample
 */
export function neverFiresProbability(options: { samples: number }): number {
  requirePositiveInteger('dead-neuron-metrics/neverFiresProbability', 'samples', options.samples);
  return 2 ** -options.samples;
}

/**
 * The probability that one unit of the *second* hidden ReLU layer is dead on the whole input space `ℝ^inputs`, for
 * symmetric weights and biases and `width` units in the first hidden layer: `2^−(width + 1)` for `width ≤ inputs`,
 * `(2^inputs + 1) / 4^(inputs + 1)` for `width = inputs + 1`.
 *
 * @throws RangeError for wider first layers (no closed form is known), or unless both are positive integers
 * @see Brownlowe et al., https://arxiv.org/abs/2412.06829
 */
export function stablyInactiveProbability(options: { inputs: number; width: number }): number {
  const where = 'dead-neuron-metrics/stablyInactiveProbability';
  const { inputs, width } = options;
  requirePositiveInteger(where, 'inputs', inputs);
  requirePositiveInteger(where, 'width', width);
  if (width <= inputs) return 2 ** -(width + 1);
  if (width === inputs + 1) return (2 ** inputs + 1) / 4 ** (inputs + 1);
  throw invalidArgument({
    where,
    argument: 'width',
    rule: `must be at most inputs + 1 = ${inputs + 1}: no closed form is known beyond`,
    received: describe(width),
  });
}

/**
 * How often `relu(gamma · ẑ + beta)` fires behind a batch normalisation whose `ẑ` is standard normal: `Φ(beta / |gamma|)`.
 * For `gamma = 0` it fires always (`beta > 0`) or never. On the very batch that it normalises, such a channel with
 * `beta = 0`, `gamma ≠ 0` and values that differ always fires somewhere.
 *
 * @throws TypeError or RangeError unless both are finite numbers
 * @see Ioffe, Szegedy 2015, https://arxiv.org/abs/1502.03167, for the normalisation
 */
export function normalizedFiringProbability(options: { gamma: number; beta: number }): number {
  const where = 'dead-neuron-metrics/normalizedFiringProbability';
  const { gamma, beta } = options;
  requireFinite(where, 'gamma', gamma);
  requireFinite(where, 'beta', beta);
  if (gamma === 0) return beta > 0 ? 1 : 0;
  return normalCdf(beta / Math.abs(gamma));
}

import { describe, invalidArgument, requireFinite, requirePositiveInteger } from '@relumine/core';

/** Bounds of a probability. */
export interface ProbabilityBounds {
  lower: number;
  upper: number;
}

/** `−expm1(count · log1p(−2^−width))`: 1 − (1 − 2^−width)^count without cancellation. */
const anyOf = (count: number, width: number): number => 0 - Math.expm1(count * Math.log1p(-(2 ** -width)));

/**
 * How likely a fully connected ReLU network is dead before training starts: its output is one constant for all inputs.
 *
 * For weights drawn from any symmetric distribution and biases that are zero or symmetric,
 * `P ≤ 1 − ∏_l (1 − 2^−N_l)` over the hidden widths `N_l`. For one input, zero biases, `k + 1` hidden layers of equal
 * width `N`:
 * `P ≥ 1 − a₁ᵏ + (1 − 2^(1−N)) (1 − 2^−N) / (1 + (N−1) 2^−N) · (a₂ᵏ − a₁ᵏ)` with `a₁ = 1 − 2^−N` and
 * `a₂ = 1 − 2^(1−N) − (N−1) 4^−N`, exact for two hidden layers. Neither depends on the weights' variance.
 *
 * @param options `inputs`: the size of the input; `widths`: the number of units of each hidden layer, in any order
 * @returns `lower` is 0 unless there is one input and all widths are equal
 * @throws RangeError if `inputs` or a width is not a positive integer, or there are no widths
 *
 * @example
 * bornDeadProbability({ inputs: 1, widths: [2, 2] }); // { lower: 0.15625, upper: 0.4375 }
 *
 * @see Lu, Shin, Su, Karniadakis: Dying ReLU and Initialization, https://arxiv.org/abs/1903.06733
 */
export function bornDeadProbability(options: { inputs: number; widths: readonly number[] }): ProbabilityBounds {
  const where = 'dead-neuron-metrics/bornDeadProbability';
  const { inputs, widths } = options;
  requirePositiveInteger(where, 'inputs', inputs);
  if (!Array.isArray(widths) || widths.length === 0) {
    throw invalidArgument({
      where,
      argument: 'widths',
      rule: 'must be an array of at least one hidden width',
      received: describe(widths),
      ...(Array.isArray(widths) ? {} : { type: TypeError }),
    });
  }
  const sizes: readonly number[] = widths;
  for (const [i, size] of sizes.entries()) requirePositiveInteger(where, `widths[${i}]`, size);

  const upper = 0 - Math.expm1(sizes.reduce((sum, n) => sum + Math.log1p(-(2 ** -n)), 0));
  const width = sizes[0]!;
  if (inputs > 1 || sizes.some((n) => n !== width)) return { lower: 0, upper };

  const k = sizes.length - 1;
  if (k === 0) return { lower: 0, upper };
  const oneSide = anyOf(k, width);
  const eitherSide = 0 - Math.expm1(k * Math.log1p(-(2 ** (1 - width) + (width - 1) * 4 ** -width)));
  const share = ((1 - 2 ** (1 - width)) * (1 - 2 ** -width)) / (1 + (width - 1) * 2 ** -width);
  const lower = oneSide + share * (oneSide - eitherSide);
  // In wide layers the terms cancel; what is left of rounding is no bound.
  return { lower: lower < 1e-12 * oneSide ? 0 : lower, upper };
}

/**
 * The least width for which a ReLU network of `hiddenLayers` equal layers is born dead with at most `probability`, by
 * the upper bound of {@link bornDeadProbability}: `1 − (1 − 2^−N)^hiddenLayers ≤ probability`.
 *
 * @param options `hiddenLayers`: a positive integer; `probability`: above 0, at most 1
 * @throws RangeError for anything else
 *
 * @example
 * minimumWidth({ hiddenLayers: 9, probability: 0.01 }); // 10
 *
 * @see Lu, Shin, Su, Karniadakis: Dying ReLU and Initialization, https://arxiv.org/abs/1903.06733
 */
export function minimumWidth(options: { hiddenLayers: number; probability: number }): number {
  const where = 'dead-neuron-metrics/minimumWidth';
  const { hiddenLayers, probability } = options;
  requirePositiveInteger(where, 'hiddenLayers', hiddenLayers);
  requireFinite(where, 'probability', probability, { min: 0, max: 1 });
  if (probability === 0) {
    const rule = 'must be above 0: no width makes it impossible';
    throw invalidArgument({ where, argument: 'probability', rule, received: '0' });
  }
  // 2^−N ≤ 1 − (1 − p)^(1/layers); the logarithm is off by one at most, so the bound itself decides.
  const perLayer = -Math.expm1(Math.log1p(-probability) / hiddenLayers);
  let width = Math.max(1, Math.round(-Math.log2(perLayer)) - 1);
  while (anyOf(hiddenLayers, width) > probability) width++;
  return width;
}

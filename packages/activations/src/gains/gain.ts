import type { ActivationName } from '@relumine/core';
import { definitions, scalarOf } from '../definitions';
import { resolveActivationName } from '../names';
import { requireParameters } from '../parameters';
import type { ActivationParams } from '../shared/definition';
import { normalMean } from './normalMean';

/** Mean squares of f and f' per input value for activations that join or split channels. */
const joint: Partial<Record<ActivationName, () => [forward: number, backward: number]>> = {
  crelu: () => [0.5, 1],
  // a · σ(b): E a² = 1; the two halves get σ(b) and a · σ'(b).
  glu: () => {
    const sigma = (z: number): number => 1 / (1 + Math.exp(-z));
    const gate = normalMean((z) => sigma(z) ** 2, []);
    const slope = normalMean((z) => (sigma(z) * sigma(-z)) ** 2, []);
    return [gate, (gate + slope) / 2];
  },
};

function meanSquares(name: string, params: ActivationParams, where: string): [forward: number, backward: number] {
  const resolved = resolveActivationName(name, where);
  requireParameters(where, resolved, params);
  const known = joint[resolved];
  if (known) return known();
  const definition = definitions.get(resolved)!;
  const { f, derivative, breaks } = scalarOf(definition, params);
  return [normalMean((z) => f(z) ** 2, breaks), normalMean((z) => derivative(z) ** 2, breaks)];
}

/**
 * `1 / √E f(z)²` with z ~ N(0, 1), by quadrature: weights with the standard deviation gain / √fanIn keep the mean square of
 * activations from layer to layer.
 *
 * @throws RangeError for an unknown name or a parameter that can't be
 * @see He, Zhang, Ren, Sun 2015, https://arxiv.org/abs/1502.01852, equation 7, for any f
 */
export function forwardGain(name: ActivationName, params: ActivationParams = {}): number {
  return 1 / Math.sqrt(meanSquares(name, params, 'activations/forwardGain')[0]);
}

/**
 * `1 / √E f'(z)²` with z ~ N(0, 1): weights with the standard deviation gain / √fanOut keep the mean square of gradients.
 *
 * @throws RangeError for an unknown name or a parameter that can't be
 * @see He, Zhang, Ren, Sun 2015, https://arxiv.org/abs/1502.01852, equation 11, for any f
 */
export function backwardGain(name: ActivationName, params: ActivationParams = {}): number {
  return 1 / Math.sqrt(meanSquares(name, params, 'activations/backwardGain')[1]);
}

/** √(2 / (1 + slope²)): PyTorch's gain of leaky ReLU, which PReLU is a case of. */
const leakyGain = (slope: number): number => Math.sqrt(2 / (1 + slope * slope));

const tabulated: Partial<Record<ActivationName, (params: ActivationParams) => number>> = {
  linear: () => 1,
  sigmoid: () => 1,
  tanh: () => 5 / 3,
  relu: () => Math.SQRT2,
  leakyRelu: ({ negativeSlope = 0.01 }) => leakyGain(Number(negativeSlope)),
  prelu: ({ alpha = 0.25 }) => leakyGain(Number(alpha)),
  selu: () => 3 / 4,
};

/**
 * The gain for initialisers: PyTorch's `calculate_gain` where it tabulates one (tanh 5/3, selu 3/4, found empirically; for
 * self-normalising networks use `linear`), else {@link forwardGain}.
 *
 * @throws RangeError for an unknown name or a parameter that can't be
 * @see torch.nn.init.calculate_gain
 */
export function gain(name: ActivationName, params: ActivationParams = {}): number {
  const where = 'activations/gain';
  const resolved = resolveActivationName(name, where);
  requireParameters(where, resolved, params);
  return tabulated[resolved]?.(params) ?? 1 / Math.sqrt(meanSquares(resolved, params, where)[0]);
}

import { mul, sub, type Tensor } from '@tensorflow/tfjs-core';
import type { Definition, Entry } from '../shared/definition';
import { logistic, logisticSlope } from '../shared/exponentials';
import { type Composition, pointwise } from '../shared/pointwise';
import type { ScalarActivation } from '../shared/scalar';

const sigma = (z: number): number => 1 / (1 + Math.exp(-z));
const scalar: ScalarActivation = { f: sigma, derivative: (z) => sigma(z) * sigma(-z), breaks: [] };

const composition: Composition = {
  name: 'sigmoid',
  attrs: {},
  scalar,
  keepsNaN: true,
  forward: logistic,
  derivative: logisticSlope,
  second: (x) => mul(logisticSlope(x), sub(1, mul(logistic(x), 2))),
};

/** @internal */
export const sigmoidEntry: Entry = {
  formula: '\\sigma(x) = \\frac{1}{1 + e^{-x}}',
  paper: 'Rumelhart, Hinton, Williams 1986',
  range: '(0, 1)',
  monotone: true,
  deadRegion: '|x| > 6.9 (slope below 0.001)',
  cost: 'exponential',
};

/** @internal */
export const sigmoidDefinition: Definition = {
  name: 'sigmoid',
  defaults: {},
  compose: () => composition,
};

/**
 * `sigmoid(x) = 1 / (1 + e⁻ˣ)`, with relative accuracy in the left tail (tfjs's own gives 0 below −87).
 *
 * @param x float32 of any shape; borrowed
 * @returns float32 like x; the caller's
 * @throws TypeError unless x is a float32 tensor
 * @see torch.nn.Sigmoid
 */
export function sigmoid<T extends Tensor>(x: T): T {
  return pointwise(x, composition);
}

import { add, mul, neg, relu, sigmoid, type Tensor } from '@tensorflow/tfjs-core';
import type { Definition, Entry } from '../shared/definition';
import { expNegative, logisticSlope, logOnePlus } from '../shared/exponentials';
import { type Composition, pointwise } from '../shared/pointwise';
import type { ScalarActivation } from '../shared/scalar';

const scalar: ScalarActivation = {
  f: (z) => Math.min(z, 0) - Math.log1p(Math.exp(-Math.abs(z))),
  derivative: (z) => 1 / (1 + Math.exp(z)),
  breaks: [],
};

const composition: Composition = {
  name: 'logSigmoid',
  attrs: {},
  scalar,
  keepsNaN: true,
  forward: (x) => neg(add(relu(neg(x)), logOnePlus(expNegative(x)))),
  derivative: (x) => sigmoid(neg(x)),
  second: (x) => mul(logisticSlope(x), -1),
};

/** @internal */
export const logSigmoidEntry: Entry = {
  formula: '-\\log(1 + e^{-x})',
  paper: '—',
  range: '(−∞, 0)',
  monotone: true,
  deadRegion: 'x > 6.9 (slope below 0.001)',
  cost: 'logarithm',
};

/** @internal */
export const logSigmoidDefinition: Definition = {
  name: 'logSigmoid',
  defaults: {},
  compose: () => composition,
};

/**
 * `logSigmoid(x) = log(1 / (1 + e⁻ˣ))`, with relative accuracy in the right tail.
 *
 * @param x float32 of any shape; borrowed
 * @returns float32 like x; the caller's
 * @throws TypeError unless x is a float32 tensor
 * @see torch.nn.LogSigmoid
 */
export function logSigmoid<T extends Tensor>(x: T): T {
  return pointwise(x, composition);
}

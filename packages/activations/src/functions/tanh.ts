import { mul, type Tensor } from '@tensorflow/tfjs-core';
import type { Definition, Entry } from '../shared/definition';
import { logisticSlope } from '../shared/exponentials';
import { hyperbolicTangent } from '../shared/hyperbolicTangent';
import { type Composition, pointwise } from '../shared/pointwise';

/** 1 − tanh² without cancellation: the logistic function's slope at 2x, four times. */
const slope = (x: Tensor): Tensor => mul(logisticSlope(mul(x, 2)), 4);

const composition: Composition = {
  name: 'tanh',
  attrs: {},
  keepsNaN: true,
  forward: hyperbolicTangent,
  derivative: slope,
  second: (x) => mul(mul(hyperbolicTangent(x), slope(x)), -2),
};

/** @internal */
export const tanhEntry: Entry = {
  formula: '\\tanh x',
  paper: 'LeCun et al. 1998',
  range: '(−1, 1)',
  monotone: true,
  deadRegion: '|x| > 4.1 (slope below 0.001)',
  cost: 'exponential',
};

/** @internal */
export const tanhDefinition: Definition = {
  name: 'tanh',
  defaults: {},
  compose: () => composition,
  scalar: () => ({ f: Math.tanh, derivative: (z) => Math.cosh(z) ** -2, breaks: [] }),
};

/**
 * `tanh(x) = (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)`.
 *
 * @param x float32 of any shape; borrowed
 * @returns float32 like x; the caller's
 * @throws TypeError unless x is a float32 tensor
 * @see torch.nn.Tanh
 */
export function tanh<T extends Tensor>(x: T): T {
  return pointwise(x, composition);
}

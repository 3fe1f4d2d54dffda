import { mul, type Tensor } from '@tensorflow/tfjs-core';
import type { Definition, Entry } from '../shared/definition';
import { logisticSlope } from '../shared/exponentials';
import { hyperbolicTangent } from '../shared/hyperbolicTangent';
import { type Composition, pointwise } from '../shared/pointwise';
import type { ScalarActivation } from '../shared/scalar';

/** 1 − tanh² without cancellation: the logistic function's slope at 2x, four times. */
const slope = (x: Tensor): Tensor => mul(logisticSlope(mul(x, 2)), 4);

/** 1 / cosh² z, by one exponential. */
const squaredSecant = (z: number): number => {
  const e = Math.exp(-2 * Math.abs(z));
  return (4 * e) / (1 + e) ** 2;
};

const scalar: ScalarActivation = { f: Math.tanh, derivative: squaredSecant, breaks: [] };

const composition: Composition = {
  name: 'tanh',
  attrs: {},
  scalar,
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

import { abs, add, clipByValue, div, less, mul, square, sub, type Tensor, where } from '@tensorflow/tfjs-core';
import type { Definition, Entry } from '../shared/definition';
import { logisticSlope } from '../shared/exponentials';
import { hyperbolicTangent } from '../shared/hyperbolicTangent';
import { type Composition, pointwise } from '../shared/pointwise';
import type { ScalarActivation } from '../shared/scalar';

/** Above, the difference has lost no more than a digit. */
const nearby = 1.25;

/** By tanh's Padé approximant of degree 7/8, in which x cancels exactly: to 1e-9 up to 1.25. */
function near(x: Tensor): Tensor {
  const z = clipByValue(x, -nearby, nearby);
  const q = square(z);
  const above = add(mul(add(mul(q, 27), 2772), q), 45045);
  const below = add(mul(add(mul(add(mul(q, 28), 3150), q), 62370), q), 135135);
  return mul(z, mul(q, div(above, below)));
}

const scalar: ScalarActivation = { f: valueAt, derivative: (z) => Math.tanh(z) ** 2, breaks: [] };

const composition: Composition = {
  name: 'tanhshrink',
  attrs: {},
  scalar,
  forward: (x) => where(less(abs(x), nearby), near(x), sub(x, hyperbolicTangent(x))),
  derivative: (x) => square(hyperbolicTangent(x)),
  second: (x) => mul(mul(hyperbolicTangent(x), logisticSlope(mul(x, 2))), 8),
};

function valueAt(z: number): number {
  if (Math.abs(z) > 2) return z - Math.tanh(z);
  let fraction = 31 + z * z;
  for (let odd = 29; odd >= 3; odd -= 2) fraction = odd + (z * z) / fraction;
  return (z * z * z) / (z * z + fraction);
}

/** @internal */
export const tanhshrinkEntry: Entry = {
  formula: 'x - \\tanh x',
  paper: '—',
  range: '(−∞, ∞)',
  monotone: true,
  deadRegion: '|x| < 0.03 (slope below 0.001)',
  cost: 'exponential',
};

/** @internal */
export const tanhshrinkDefinition: Definition = {
  name: 'tanhshrink',
  defaults: {},
  compose: () => composition,
};

/**
 * `tanhshrink(x) = x − tanh(x)`, without cancellation near 0, where it is x³/3.
 *
 * @param x float32 of any shape; borrowed
 * @returns float32 like x; the caller's
 * @throws TypeError unless x is a float32 tensor
 * @see torch.nn.Tanhshrink
 */
export function tanhshrink<T extends Tensor>(x: T): T {
  return pointwise(x, composition);
}

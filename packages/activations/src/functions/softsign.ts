import { abs, add, clipByValue, div, mul, sign, square, type Tensor } from '@tensorflow/tfjs-core';
import type { Definition, Entry } from '../shared/definition';
import { type Composition, pointwise } from '../shared/pointwise';
import type { ScalarActivation } from '../shared/scalar';

/** ∞ / ∞ would be NaN; here x / (1 + |x|) is 1 to the last digit. */
const bounded = (x: Tensor): Tensor => clipByValue(x, -1e30, 1e30);

const scalar: ScalarActivation = {
  f: (z) => Math.sign(z) / (1 + 1 / Math.abs(z)),
  derivative: (z) => (1 + Math.abs(z)) ** -2,
  breaks: [0],
};

const composition: Composition = {
  name: 'softsign',
  attrs: {},
  scalar,
  forward: (x) => {
    const z = bounded(x);
    return div(z, add(abs(z), 1));
  },
  derivative: (x) => square(div(1, add(abs(x), 1))),
  second: (x) => {
    const inverse = div(1, add(abs(x), 1));
    return mul(mul(sign(x), -2), mul(square(inverse), inverse));
  },
};

/** @internal */
export const softsignEntry: Entry = {
  formula: '\\frac{x}{1 + |x|}',
  paper: 'Bergstra et al. 2009',
  range: '(−1, 1)',
  monotone: true,
  deadRegion: '|x| > 30.6 (slope below 0.001)',
  cost: 'division',
};

/** @internal */
export const softsignDefinition: Definition = {
  name: 'softsign',
  defaults: {},
  compose: () => composition,
};

/**
 * `softsign(x) = x / (1 + |x|)`. At ±∞ it is ±1, its limit (PyTorch gives NaN).
 *
 * @param x float32 of any shape; borrowed
 * @returns float32 like x; the caller's
 * @throws TypeError unless x is a float32 tensor
 * @see torch.nn.Softsign
 */
export function softsign<T extends Tensor>(x: T): T {
  return pointwise(x, composition);
}

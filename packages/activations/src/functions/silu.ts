import { add, clipByValue, div, maximum, mul, sigmoid, square, sub, type Tensor } from '@tensorflow/tfjs-core';
import type { Definition, Entry } from '../shared/definition';
import { logistic, logisticSlope } from '../shared/exponentials';
import { type Composition, pointwise } from '../shared/pointwise';
import { limited, type ScalarActivation } from '../shared/scalar';

/** Beyond, e^(−|x|) is 0 in float32; ∞ · 0 would be NaN. */
const bounded = (x: Tensor): Tensor => clipByValue(x, -110, 110);

const scalar: ScalarActivation = {
  f: (z) => Math.max(z, -1e3) * sigma(z),
  derivative: (z) => sigma(z) * (1 + limited(z) * sigma(-z)),
  breaks: [],
};

const composition: Composition = {
  name: 'silu',
  attrs: {},
  scalar,
  // x · h² / (h² + (1 − h)²) with h = σ(x/2), as x · h · h: in the far tail h² itself has few digits left, or none.
  forward: (x) => {
    const h = sigmoid(mul(x, 0.5));
    return div(mul(mul(maximum(x, -240), h), h), add(square(h), square(sub(1, h))));
  },
  derivative: (x) => {
    const z = bounded(x);
    return add(sigmoid(x), mul(z, logisticSlope(z)));
  },
  second: (x) => {
    const z = bounded(x);
    const bend = sub(1, mul(logistic(z), 2));
    return mul(logisticSlope(z), add(mul(z, bend), 2));
  },
};

const sigma = (z: number): number => 1 / (1 + Math.exp(-z));

/** @internal */
export const siluEntry: Entry = {
  formula: 'x\\,\\sigma(x)',
  paper: 'Elfwing, Uchibe, Doya 2018',
  range: '[−0.28, ∞)',
  monotone: false,
  deadRegion: 'x < −9.1 (slope below 0.001)',
  cost: 'exponential',
};

/** @internal */
export const siluDefinition: Definition = {
  name: 'silu',
  defaults: {},
  compose: () => composition,
};

/**
 * `silu(x) = x · σ(x)`, also called swish. At −∞ it is 0, its limit (PyTorch and tfjs give NaN).
 *
 * @param x float32 of any shape; borrowed
 * @returns float32 like x; the caller's
 * @throws TypeError unless x is a float32 tensor
 * @see Elfwing, Uchibe, Doya 2018; Ramachandran, Zoph, Le 2017; torch.nn.SiLU
 */
export function silu<T extends Tensor>(x: T): T {
  return pointwise(x, composition);
}

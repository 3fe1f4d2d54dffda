import {
  add,
  clipByValue,
  div,
  exp,
  greater,
  mul,
  onesLike,
  square,
  sub,
  type Tensor,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';
import type { Definition, Entry } from '../shared/definition';
import { type Composition, pointwise } from '../shared/pointwise';
import { limited, type ScalarActivation } from '../shared/scalar';

/** Above, tanh(softplus(x)) is 1 in float32. */
const straight = 15;

/** With n = eˣ: tanh(softplus(x)) = p / d for p = n (n + 2) and d = p + 2, without cancellation. */
function parts(x: Tensor): { z: Tensor; n: Tensor; p: Tensor; d: Tensor } {
  const z = clipByValue(x, -110, straight);
  const n = exp(z);
  const p = mul(n, add(n, 2));
  return { z, n, p, d: add(p, 2) };
}

const scalar: ScalarActivation = {
  f: (z) => Math.max(z, -1e3) * Math.tanh(softplus(z)),
  derivative: (z) => {
    const t = Math.tanh(softplus(z));
    return t + (limited(z) * (1 - t * t)) / (1 + Math.exp(-z));
  },
  breaks: [],
};

const composition: Composition = {
  name: 'mish',
  attrs: {},
  scalar,
  // z · m · m · (n + 2) / d with m = e^(z/2): in the far tail n = m² itself has few digits left, or none.
  forward: (x) => {
    const z = clipByValue(x, -220, straight);
    const m = exp(mul(z, 0.5));
    const above = add(square(m), 2);
    const gate = div(above, add(mul(square(m), above), 2));
    return where(greater(x, straight), x, mul(mul(mul(z, m), m), gate));
  },
  // p / d + 4 x n (n + 1) / d²
  derivative: (x) => {
    const { z, n, p, d } = parts(x);
    const slope = div(mul(mul(z, 4), mul(n, add(n, 1))), square(d));
    return where(greater(x, straight), onesLike(x), add(div(p, d), slope));
  },
  // 8 q / d² + 4 x (2 n² + n) / d² − 16 x q² / d³ with q = n (n + 1): d' = 2 q
  second: (x) => {
    const { z, n, d } = parts(x);
    const q = div(mul(n, add(n, 1)), d);
    const rise = div(mul(n, add(mul(n, 2), 1)), d);
    const bend = sub(add(mul(q, 8), mul(mul(z, 4), rise)), mul(mul(mul(z, 16), q), q));
    return where(greater(x, straight), zerosLike(x), div(bend, d));
  },
};

const softplus = (z: number): number => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));

/** @internal */
export const mishEntry: Entry = {
  formula: 'x \\tanh(\\log(1 + e^x))',
  paper: 'Misra 2019',
  range: '[−0.31, ∞)',
  monotone: false,
  deadRegion: 'x < −9.1 (slope below 0.001)',
  cost: 'exponential',
};

/** @internal */
export const mishDefinition: Definition = {
  name: 'mish',
  defaults: {},
  compose: () => composition,
};

/**
 * `mish(x) = x · tanh(log(1 + eˣ))`. At −∞ it is 0, its limit (PyTorch and tfjs give NaN).
 *
 * @param x float32 of any shape; borrowed
 * @returns float32 like x; the caller's
 * @throws TypeError unless x is a float32 tensor
 * @see Misra 2019; torch.nn.Mish
 */
export function mish<T extends Tensor>(x: T): T {
  return pointwise(x, composition);
}

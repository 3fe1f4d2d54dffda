import {
  add,
  clipByValue,
  div,
  fill,
  greater,
  less,
  logicalAnd,
  mul,
  onesLike,
  type Tensor,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';
import type { Definition, Entry } from '../shared/definition';
import { type Composition, pointwise } from '../shared/pointwise';
import type { ScalarActivation } from '../shared/scalar';

const scalar: ScalarActivation = {
  f: (z) => (Math.max(z, -3) * Math.min(6, Math.max(0, z + 3))) / 6,
  derivative: (z) => (z < -3 ? 0 : z < 3 ? z / 3 + 0.5 : 1),
  breaks: [-3, 3],
};

const composition: Composition = {
  name: 'hardswish',
  attrs: {},
  scalar,
  forward: (x) => {
    const z = clipByValue(x, -3, 3);
    return where(greater(x, 3), x, div(mul(z, add(z, 3)), 6));
  },
  derivative: (x) => {
    const middle = add(div(x, 3), 0.5);
    return where(less(x, -3), zerosLike(x), where(less(x, 3), middle, onesLike(x)));
  },
  second: (x) => where(logicalAnd(greater(x, -3), less(x, 3)), fill(x.shape, 1 / 3), zerosLike(x)),
};

/** @internal */
export const hardswishEntry: Entry = {
  formula: '\\tfrac{x}{6} \\min(\\max(0, x + 3), 6)',
  paper: 'Howard et al. 2019',
  range: '[−0.375, ∞)',
  monotone: false,
  deadRegion: 'x ≤ −3',
  cost: 'comparison',
};

/** @internal */
export const hardswishDefinition: Definition = {
  name: 'hardswish',
  defaults: {},
  compose: () => composition,
};

/**
 * `hardswish(x) = x · relu6(x + 3) / 6`. At −3 the derivative is −½ and at 3 it is 1, as in PyTorch; at −∞ the function
 * is 0, its limit (PyTorch gives NaN).
 *
 * @param x float32 of any shape; borrowed
 * @returns float32 like x; the caller's
 * @throws TypeError unless x is a float32 tensor
 * @see Howard et al. 2019; torch.nn.Hardswish
 */
export function hardswish<T extends Tensor>(x: T): T {
  return pointwise(x, composition);
}

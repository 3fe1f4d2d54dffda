import { add, cast, clipByValue, div, greater, less, logicalAnd, mul, type Tensor } from '@tensorflow/tfjs-core';
import type { Definition, Entry } from '../shared/definition';
import { type Composition, pointwise } from '../shared/pointwise';
import type { ScalarActivation } from '../shared/scalar';

const scalar: ScalarActivation = {
  f: (z) => Math.min(6, Math.max(0, z + 3)) / 6,
  derivative: (z) => (z > -3 && z < 3 ? 1 / 6 : 0),
  breaks: [-3, 3],
};

const composition: Composition = {
  name: 'hardsigmoid',
  attrs: {},
  scalar,
  forward: (x) => div(clipByValue(add(x, 3), 0, 6), 6),
  derivative: (x) => mul(cast(logicalAnd(greater(x, -3), less(x, 3)), 'float32'), 1 / 6),
};

/** @internal */
export const hardsigmoidEntry: Entry = {
  formula: '\\tfrac{1}{6} \\min(\\max(0, x + 3), 6)',
  paper: 'Howard et al. 2019',
  range: '[0, 1]',
  monotone: true,
  deadRegion: '|x| ≥ 3',
  cost: 'comparison',
};

/** @internal */
export const hardsigmoidDefinition: Definition = {
  name: 'hardsigmoid',
  defaults: {},
  compose: () => composition,
};

/**
 * `hardsigmoid(x) = relu6(x + 3) / 6`, as PyTorch and Keras 3 have it (tfjs's hardSigmoid is `clip(0.2 x + 0.5, 0, 1)`).
 * At both kinks the derivative is 0.
 *
 * @param x float32 of any shape; borrowed
 * @returns float32 like x; the caller's
 * @throws TypeError unless x is a float32 tensor
 * @see Howard et al. 2019; torch.nn.Hardsigmoid
 */
export function hardsigmoid<T extends Tensor>(x: T): T {
  return pointwise(x, composition);
}

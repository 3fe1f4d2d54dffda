import { onesLike, type Tensor } from '@tensorflow/tfjs-core';
import type { Definition, Entry } from '../shared/definition';
import { type Composition, pointwise } from '../shared/pointwise';
import type { ScalarActivation } from '../shared/scalar';

const scalar: ScalarActivation = { f: (z) => z, derivative: () => 1, breaks: [] };

const composition: Composition = {
  name: 'linear',
  attrs: {},
  scalar,
  forward: (x) => x.clone(),
  derivative: (x) => onesLike(x),
};

/** @internal */
export const linearEntry: Entry = {
  formula: 'x',
  paper: '—',
  range: '(−∞, ∞)',
  monotone: true,
  deadRegion: null,
  cost: 'none',
};

/** @internal */
export const linearDefinition: Definition = {
  name: 'linear',
  defaults: {},
  compose: () => composition,
};

/**
 * `linear(x) = x`, so that "none" is an activation like the others.
 *
 * @param x float32 of any shape; borrowed
 * @returns float32 like x; the caller's
 * @throws TypeError unless x is a float32 tensor
 * @see torch.nn.Identity
 */
export function linear<T extends Tensor>(x: T): T {
  return pointwise(x, composition);
}

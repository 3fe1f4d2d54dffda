import { mul, step, sub, type Tensor } from '@tensorflow/tfjs-core';
import type { Definition, Entry } from '../shared/definition';
import { decline } from '../shared/exponentials';
import { exponentialUnit } from '../shared/exponentialUnit';
import { type Composition, pointwise } from '../shared/pointwise';
import type { ScalarActivation } from '../shared/scalar';

const scale = 1.0507009873554805;
const limit = 1.7580993408473766;

/** λ above 0, λα elsewhere, NaN for NaN. */
const factor = (x: Tensor): Tensor => mul(step(x, limit / scale), scale);

const scalar: ScalarActivation = {
  f: (z) => (z > 0 ? scale * z : limit * Math.expm1(z)),
  derivative: (z) => (z > 0 ? scale : limit * Math.exp(z)),
  breaks: [0],
};

const composition: Composition = {
  name: 'selu',
  attrs: {},
  scalar,
  keepsNaN: true,
  forward: (x) => mul(exponentialUnit(x), factor(x)),
  derivative: (x) => mul(decline(x), factor(x)),
  second: (x) => mul(decline(x), mul(sub(1, step(x)), limit)),
};

/** @internal */
export const seluEntry: Entry = {
  formula: '\\lambda x \\text{ for } x > 0,\\quad \\lambda \\alpha (e^x - 1) \\text{ otherwise}',
  paper: 'Klambauer et al. 2017',
  range: '(−1.76, ∞)',
  monotone: true,
  deadRegion: 'x < −7.5 (slope below 0.001)',
  cost: 'exponential',
};

/** @internal */
export const seluDefinition: Definition = {
  name: 'selu',
  defaults: {},
  compose: () => composition,
};

/**
 * `selu(x) = λ · (x for x > 0, α · (eˣ − 1) otherwise)` with λ = 1.0507…, α = 1.6733…: with LeCun initialisation, mean 0
 * and variance 1 are kept from layer to layer. At 0 the derivative is λα, as in PyTorch.
 *
 * @param x float32 of any shape; borrowed
 * @returns float32 like x; the caller's
 * @throws TypeError unless x is a float32 tensor
 * @see Klambauer et al. 2017; torch.nn.SELU
 */
export function selu<T extends Tensor>(x: T): T {
  return pointwise(x, composition);
}

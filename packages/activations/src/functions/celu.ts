import { invalidArgument, requireFinite } from '@relumine/core';
import { div, exp, expm1, greater, minimum, mul, onesLike, type Tensor, where, zerosLike } from '@tensorflow/tfjs-core';
import type { Definition, Entry } from '../shared/definition';
import { type Composition, pointwise } from '../shared/pointwise';

/** Options of `celu`. */
export interface CeluOptions {
  /** Minus the limit at −∞, and how wide the curve is; 1 unless given; not 0. */
  alpha?: number;
}

function composition({ alpha = 1 }: CeluOptions = {}): Composition {
  const where_ = 'activations/celu';
  requireFinite(where_, 'options.alpha', alpha);
  if (alpha === 0)
    throw invalidArgument({ where: where_, argument: 'options.alpha', rule: 'must not be 0', received: '0' });
  const below = (x: Tensor): Tensor => div(minimum(x, 0), alpha);
  return {
    name: 'celu',
    attrs: { alpha },
    scalar: {
      f: (z) => (z > 0 ? z : alpha * Math.expm1(z / alpha)),
      derivative: (z) => (z > 0 ? 1 : Math.exp(z / alpha)),
      breaks: [0],
    },
    forward: (x) => where(greater(x, 0), x, mul(expm1(below(x)), alpha)),
    derivative: (x) => where(greater(x, 0), onesLike(x), exp(below(x))),
    second: (x) => where(greater(x, 0), zerosLike(x), div(exp(below(x)), alpha)),
  };
}

/** @internal */
export const celuEntry: Entry = {
  formula: '\\max(0, x) + \\min(0, \\alpha (e^{x/\\alpha} - 1))',
  paper: 'Barron 2017',
  range: '(−α, ∞)',
  monotone: true,
  deadRegion: 'x < −6.9 α (slope below 0.001)',
  cost: 'exponential',
};

/** @internal */
export const celuDefinition: Definition = {
  name: 'celu',
  defaults: { alpha: 1 },
  compose: composition,
};

/**
 * `celu(x) = max(0, x) + min(0, alpha · (e^(x / alpha) − 1))`: ELU with a continuous derivative for every alpha.
 *
 * @param x float32 of any shape; borrowed
 * @returns float32 like x; the caller's
 * @throws TypeError unless x is a float32 tensor; RangeError unless alpha is finite and not 0
 * @see Barron 2017; torch.nn.CELU
 */
export function celu<T extends Tensor>(x: T, options: CeluOptions = {}): T {
  return pointwise(x, composition(options));
}

import { invalidArgument, requireFinite } from '@relumine/core';
import { abs, cast, greater, mul, sign, sub, type Tensor, where, zerosLike } from '@tensorflow/tfjs-core';
import type { Definition, Entry } from '../shared/definition';
import { type Composition, pointwise } from '../shared/pointwise';

/** Options of `softshrink`. */
export interface SoftshrinkOptions {
  /** Half the width of the flat part; 0.5 unless given; 0 or above. */
  lambda?: number;
}

const place = 'activations/softshrink';

function composition({ lambda = 0.5 }: SoftshrinkOptions = {}): Composition {
  requireFinite(place, 'options.lambda', lambda);
  if (lambda < 0) {
    const received = String(lambda);
    throw invalidArgument({ where: place, argument: 'options.lambda', rule: 'must be 0 or above', received });
  }
  return {
    name: 'softshrink',
    attrs: { lambda },
    scalar: {
      f: (z) => (Math.abs(z) > lambda ? z - Math.sign(z) * lambda : 0),
      derivative: (z) => Number(Math.abs(z) > lambda),
      breaks: [-lambda, lambda],
    },
    forward: (x) => where(greater(abs(x), lambda), sub(x, mul(sign(x), lambda)), zerosLike(x)),
    derivative: (x) => cast(greater(abs(x), lambda), 'float32'),
  };
}

/** @internal */
export const softshrinkEntry: Entry = {
  formula: '\\operatorname{sgn}(x) \\max(|x| - \\lambda, 0)',
  paper: 'Donoho, Johnstone 1994',
  range: '(−∞, ∞)',
  monotone: true,
  deadRegion: '|x| ≤ λ',
  cost: 'comparison',
};

/** @internal */
export const softshrinkDefinition: Definition = {
  name: 'softshrink',
  defaults: { lambda: 0.5 },
  compose: composition,
};

/**
 * `softshrink(x) = x − lambda for x > lambda, x + lambda for x < −lambda, 0 between`. At ±lambda value and derivative are 0, as in PyTorch.
 *
 * @param x float32 of any shape; borrowed
 * @returns float32 like x; the caller's
 * @throws TypeError unless x is a float32 tensor; RangeError unless lambda is finite and 0 or above
 * @see torch.nn.Softshrink
 */
export function softshrink<T extends Tensor>(x: T, options: SoftshrinkOptions = {}): T {
  return pointwise(x, composition(options));
}

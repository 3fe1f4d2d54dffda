import { invalidArgument, requireFinite } from '@relumine/core';
import { abs, cast, greater, type Tensor, where, zerosLike } from '@tensorflow/tfjs-core';
import type { Definition, Entry } from '../shared/definition';
import { type Composition, pointwise } from '../shared/pointwise';

/** Options of `hardshrink`. */
export interface HardshrinkOptions {
  /** Half the width of the flat part; 0.5 unless given; 0 or above. */
  lambda?: number;
}

const place = 'activations/hardshrink';

function composition({ lambda = 0.5 }: HardshrinkOptions = {}): Composition {
  requireFinite(place, 'options.lambda', lambda);
  if (lambda < 0) {
    const received = String(lambda);
    throw invalidArgument({ where: place, argument: 'options.lambda', rule: 'must be 0 or above', received });
  }
  return {
    name: 'hardshrink',
    attrs: { lambda },
    scalar: {
      f: (z) => (Math.abs(z) > lambda ? z : 0),
      derivative: (z) => Number(Math.abs(z) > lambda),
      breaks: [-lambda, lambda],
    },
    forward: (x) => where(greater(abs(x), lambda), x, zerosLike(x)),
    derivative: (x) => cast(greater(abs(x), lambda), 'float32'),
  };
}

/** @internal */
export const hardshrinkEntry: Entry = {
  formula: 'x \\text{ for } |x| > \\lambda,\\quad 0 \\text{ otherwise}',
  paper: 'Donoho, Johnstone 1994',
  range: '(−∞, ∞)',
  monotone: true,
  deadRegion: '|x| ≤ λ',
  cost: 'comparison',
};

/** @internal */
export const hardshrinkDefinition: Definition = {
  name: 'hardshrink',
  defaults: { lambda: 0.5 },
  compose: composition,
};

/**
 * `hardshrink(x) = x for |x| > lambda, 0 otherwise`. At ±lambda value and derivative are 0, as in PyTorch.
 *
 * @param x float32 of any shape; borrowed
 * @returns float32 like x; the caller's
 * @throws TypeError unless x is a float32 tensor; RangeError unless lambda is finite and 0 or above
 * @see torch.nn.Hardshrink
 */
export function hardshrink<T extends Tensor>(x: T, options: HardshrinkOptions = {}): T {
  return pointwise(x, composition(options));
}

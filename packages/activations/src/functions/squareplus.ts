import { invalidArgument, requireFinite } from '@relumine/core';
import { abs, add, div, greater, less, mul, sqrt, square, sub, type Tensor, where } from '@tensorflow/tfjs-core';
import type { Definition, Entry } from '../shared/definition';
import { type Composition, pointwise } from '../shared/pointwise';
import type { ScalarActivation } from '../shared/scalar';

/** Options of `squareplus`. */
export interface SquareplusOptions {
  /** How wide the bend is; 4 unless given, which has softplus's curvature at 0; above 0. */
  b?: number;
}

const place = 'activations/squareplus';

const scalarOf = ({ b = 4 }: SquareplusOptions): ScalarActivation => {
  const root = (z: number): number => Math.hypot(z, Math.sqrt(b));
  const left = (z: number): number => b / 2 / (root(z) * (root(z) + Math.abs(z)));
  return {
    f: (z) => (z < 0 ? b / 2 / (root(z) - z) : (z + root(z)) / 2),
    derivative: (z) => (z < 0 ? left(z) : 1 - left(z)),
    breaks: [],
  };
};

function composition({ b = 4 }: SquareplusOptions = {}): Composition {
  requireFinite(place, 'options.b', b);
  if (b <= 0) throw invalidArgument({ where: place, argument: 'options.b', rule: 'must be above 0', received: `${b}` });
  /** √(x² + b); far out it is |x|, whose square would overflow. */
  const root = (x: Tensor): Tensor => {
    const z = abs(x);
    return where(greater(z, 1e4 * Math.max(1, Math.sqrt(b))), z, sqrt(add(square(x), b)));
  };
  /** f'(−|x|), without cancellation. */
  const left = (x: Tensor): Tensor => {
    const s = root(x);
    return div(div(b / 2, s), add(s, abs(x)));
  };
  return {
    name: 'squareplus',
    attrs: { b },
    scalar: scalarOf({ b }),
    forward: (x) => {
      // Halves, since the sum of two large numbers would overflow.
      const half = add(mul(root(x), 0.5), mul(abs(x), 0.5));
      return where(less(x, 0), div(b / 4, half), half);
    },
    derivative: (x) => where(less(x, 0), left(x), sub(1, left(x))),
    second: (x) => {
      const s = root(x);
      return div(div(div(b / 2, s), s), s);
    },
  };
}

/** @internal */
export const squareplusEntry: Entry = {
  formula: '\\tfrac{1}{2} (x + \\sqrt{x^2 + b})',
  paper: 'Barron 2021',
  range: '(0, ∞)',
  monotone: true,
  deadRegion: 'x < −31.6 at b = 4 (slope below 0.001)',
  cost: 'root',
};

/** @internal */
export const squareplusDefinition: Definition = {
  name: 'squareplus',
  defaults: { b: 4 },
  compose: composition,
};

/**
 * `squareplus(x) = (x + √(x² + b)) / 2`: a smooth ReLU without exponentials.
 *
 * @param x float32 of any shape; borrowed
 * @returns float32 like x; the caller's
 * @throws TypeError unless x is a float32 tensor; RangeError unless b is finite and above 0
 * @see Barron 2021; jax.nn.squareplus
 */
export function squareplus<T extends Tensor>(x: T, options: SquareplusOptions = {}): T {
  return pointwise(x, composition(options));
}

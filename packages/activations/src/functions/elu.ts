import { requireFinite } from '@relumine/core';
import { exp, expm1, greater, minimum, mul, onesLike, type Tensor, where, zerosLike } from '@tensorflow/tfjs-core';
import type { Definition } from '../shared/definition';
import { type Composition, pointwise } from '../shared/pointwise';

export interface EluOptions {
  /** Minus the limit at −∞; 1 unless given. Only with 1 is the derivative continuous. */
  alpha?: number;
}

function composition({ alpha = 1 }: EluOptions = {}): Composition {
  requireFinite('activations/elu', 'options.alpha', alpha);
  const left = (x: Tensor): Tensor => mul(exp(minimum(x, 0)), alpha);
  return {
    name: 'elu',
    attrs: { alpha },
    // The minimum keeps expm1 of large x, which is infinite, out of the unused branch.
    forward: (x) => where(greater(x, 0), x, mul(expm1(minimum(x, 0)), alpha)),
    derivative: (x) => where(greater(x, 0), onesLike(x), left(x)),
    second: (x) => where(greater(x, 0), zerosLike(x), left(x)),
  };
}

/** @internal */
export const eluDefinition: Definition = {
  name: 'elu',
  defaults: { alpha: 1 },
  compose: composition,
  scalar: ({ alpha = 1 }: EluOptions) => ({
    f: (z) => (z > 0 ? z : alpha * Math.expm1(z)),
    derivative: (z) => (z > 0 ? 1 : alpha * Math.exp(z)),
    breaks: [0],
  }),
};

/**
 * `elu(x) = x for x > 0, alpha · (eˣ − 1) otherwise`, without cancellation near 0. At 0 the derivative is alpha, as in
 * PyTorch; NaN stays NaN, forward and backward.
 *
 * @param x float32 of any shape; borrowed
 * @returns float32 like x; the caller's
 * @throws TypeError unless x is a float32 tensor; RangeError unless alpha is finite
 * @see Clevert, Unterthiner, Hochreiter 2016; torch.nn.ELU
 */
export function elu<T extends Tensor>(x: T, options: EluOptions = {}): T {
  return pointwise(x, composition(options));
}

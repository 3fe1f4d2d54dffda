import { requireFinite } from '@relumine/core';
import { exp, expm1, greater, minimum, mul, onesLike, type Tensor, where } from '@tensorflow/tfjs-core';
import { type Composition, pointwise } from './shared/pointwise';

export interface EluOptions {
  /** Minus the limit at −∞; 1 unless given. Only with 1 is the derivative continuous. */
  alpha?: number;
}

/** @internal */
export function eluComposition({ alpha = 1 }: EluOptions = {}): Composition {
  requireFinite('activations/elu', 'options.alpha', alpha);
  return {
    name: 'elu',
    attrs: { alpha },
    // The minimum keeps expm1 of large x, which is infinite, out of the unused branch.
    forward: (x) => where(greater(x, 0), x, mul(expm1(minimum(x, 0)), alpha)),
    derivative: (x) => where(greater(x, 0), onesLike(x), mul(exp(minimum(x, 0)), alpha)),
  };
}

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
  return pointwise(x, eluComposition(options));
}

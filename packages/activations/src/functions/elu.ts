import { requireFinite } from '@relumine/core';
import { mul, step, sub, type Tensor } from '@tensorflow/tfjs-core';
import type { Definition, Entry } from '../shared/definition';
import { decline } from '../shared/exponentials';
import { exponentialUnit } from '../shared/exponentialUnit';
import { type Composition, pointwise } from '../shared/pointwise';

/** Options of `elu`. */
export interface EluOptions {
  /** Minus the limit at −∞; 1 unless given. Only with 1 is the derivative continuous. */
  alpha?: number;
}

function composition({ alpha = 1 }: EluOptions = {}): Composition {
  requireFinite('activations/elu', 'options.alpha', alpha);
  // A step is 1 above 0, alpha elsewhere, and NaN for NaN.
  const scaled = (x: Tensor, value: Tensor): Tensor => mul(value, step(x, alpha));
  return {
    name: 'elu',
    attrs: { alpha },
    scalar: {
      f: (z) => (z > 0 ? z : alpha * Math.expm1(z)),
      derivative: (z) => (z > 0 ? 1 : alpha * Math.exp(z)),
      breaks: [0],
    },
    keepsNaN: true,
    forward: (x) => (alpha === 1 ? exponentialUnit(x) : scaled(x, exponentialUnit(x))),
    derivative: (x) => scaled(x, decline(x)),
    second: (x) => mul(decline(x), mul(sub(1, step(x)), alpha)),
  };
}

/** @internal */
export const eluEntry: Entry = {
  formula: 'x \\text{ for } x > 0,\\quad \\alpha (e^x - 1) \\text{ otherwise}',
  paper: 'Clevert, Unterthiner, Hochreiter 2016',
  range: '(−α, ∞)',
  monotone: true,
  deadRegion: 'x < −6.9 (slope below 0.001)',
  cost: 'exponential',
};

/** @internal */
export const eluDefinition: Definition = {
  name: 'elu',
  defaults: { alpha: 1 },
  compose: composition,
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

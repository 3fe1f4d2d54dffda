import { requireFinite } from '@relumine/core';
import { step, leakyRelu as stockLeakyRelu, type Tensor } from '@tensorflow/tfjs-core';
import type { Definition, Entry } from '../shared/definition';
import { type Composition, pointwise } from '../shared/pointwise';
import type { ScalarActivation } from '../shared/scalar';

/** Options of `leakyRelu`. */
export interface LeakyReluOptions {
  /** The slope below 0; 0.01 unless given. May be above 1 or below 0. */
  negativeSlope?: number;
}

/** @internal */
export function leakyReluComposition({ negativeSlope = 0.01 }: LeakyReluOptions = {}): Composition {
  requireFinite('activations/leakyRelu', 'options.negativeSlope', negativeSlope);
  return {
    name: 'leakyRelu',
    attrs: { negativeSlope },
    keepsNaN: true,
    // Right for slopes above 1 and below 0 too, where max(slope · x, x) is not.
    forward: (x) => stockLeakyRelu(x, negativeSlope),
    derivative: (x) => step(x, negativeSlope),
  };
}

/** @internal */
export const leakyScalar = (slope: number): ScalarActivation => ({
  f: (z) => (z > 0 ? z : slope * z),
  derivative: (z) => (z > 0 ? 1 : slope),
  breaks: [0],
});

/** @internal */
export const leakyReluEntry: Entry = {
  formula: 'x \\text{ for } x > 0,\\quad a x \\text{ otherwise}',
  paper: 'Maas, Hannun, Ng 2013',
  range: '(−∞, ∞)',
  monotone: true,
  deadRegion: null,
  cost: 'comparison',
};

/** @internal */
export const leakyReluDefinition: Definition = {
  name: 'leakyRelu',
  defaults: { negativeSlope: 0.01 },
  compose: leakyReluComposition,
  // The stock operation is one loop already.
  scalar: ({ negativeSlope = 0.01 }: LeakyReluOptions) => leakyScalar(negativeSlope),
};

/**
 * `leakyRelu(x) = x for x > 0, negativeSlope · x otherwise`. At the kink the derivative is the slope, as in PyTorch; NaN
 * stays NaN, forward and backward.
 *
 * @param x float32 of any shape; borrowed
 * @returns float32 like x; the caller's
 * @throws TypeError unless x is a float32 tensor; RangeError unless the slope is finite
 * @see Maas, Hannun, Ng 2013; torch.nn.LeakyReLU
 */
export function leakyRelu<T extends Tensor>(x: T, options: LeakyReluOptions = {}): T {
  return pointwise(x, leakyReluComposition(options));
}

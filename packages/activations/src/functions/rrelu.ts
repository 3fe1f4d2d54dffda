import { createRandom, requireFinite } from '@relumine/core';
import { greater, mul, onesLike, type Tensor, tensor, where } from '@tensorflow/tfjs-core';
import type { Definition, Entry } from '../shared/definition';
import { type Composition, pointwise } from '../shared/pointwise';
import { leakyReluComposition, leakyScalar } from './leakyRelu';

/** Options of `rrelu`. */
export interface RreluOptions {
  /** The smallest slope; 1/8 unless given. */
  lower?: number;
  /** The largest slope; 1/3 unless given; not below `lower`. */
  upper?: number;
  /** Draws a slope for each value; otherwise their mean is everywhere. `false` unless given. */
  training?: boolean;
  /** Decides what is drawn: the same seed, the same slopes. 0 unless given. */
  seed?: number;
}

const place = 'activations/rrelu';

function requireRange(lower: number, upper: number): void {
  requireFinite(place, 'options.lower', lower);
  requireFinite(place, 'options.upper', upper, { min: lower });
}

function meanSlope({ lower = 1 / 8, upper = 1 / 3 }: RreluOptions = {}): number {
  requireRange(lower, upper);
  return (lower + upper) / 2;
}

const composition = (options: RreluOptions): Composition => ({
  ...leakyReluComposition({ negativeSlope: meanSlope(options) }),
  name: 'rrelu',
  kernel: 'leakyRelu',
});

/** By name it is what inference computes. @internal */
export const rreluDefinition: Definition = {
  name: 'rrelu',
  defaults: { lower: 1 / 8, upper: 1 / 3 },
  compose: composition,
  scalar: (options: RreluOptions) => leakyScalar(meanSlope(options)),
};

/** @internal */
export const rreluEntry: Entry = {
  formula: 'x \\text{ for } x > 0,\\quad a x \\text{ otherwise, } a \\sim U(l, u)',
  paper: 'Xu et al. 2015',
  range: '(−∞, ∞)',
  monotone: true,
  deadRegion: null,
  cost: 'random',
};

/**
 * `rrelu(x) = x for x > 0, a · x otherwise`, where in training each value draws its own a from U(lower, upper), and at
 * inference a is their mean. At the kink the derivative is a.
 *
 * @param x float32 of any shape; borrowed
 * @returns float32 like x; the caller's
 * @throws TypeError unless x is a float32 tensor; RangeError unless lower ≤ upper and both are finite
 * @see Xu et al. 2015; torch.nn.RReLU
 */
export function rrelu<T extends Tensor>(x: T, options: RreluOptions = {}): T {
  if (!options.training) return pointwise(x, composition(options));
  const { lower = 1 / 8, upper = 1 / 3, seed = 0 } = options;
  requireRange(lower, upper);
  let drawn: Float32Array | undefined;
  /** 1 above 0, the same draw for a value each time elsewhere. */
  const slopes = (z: Tensor): Tensor => {
    const random = createRandom(seed);
    drawn ??= Float32Array.from({ length: z.size }, () => lower + (upper - lower) * random.uniform());
    return where(greater(z, 0), onesLike(z), tensor(drawn, z.shape));
  };
  return pointwise(x, { name: 'rrelu', attrs: {}, forward: (z) => mul(z, slopes(z)), derivative: slopes });
}

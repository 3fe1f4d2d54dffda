import { createRandom, invalidArgument, requireFinite, requireFloat32Tensor } from '@relumine/core';
import {
  customGrad,
  greater,
  isNaN as isNaNTensor,
  mul,
  onesLike,
  type Tensor,
  tensor,
  tidy,
  where,
} from '@tensorflow/tfjs-core';
import type { Definition, ScalarActivation } from '../shared/definition';
import { type Composition, type GradSaver, pointwise } from '../shared/pointwise';
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
  requireFinite(place, 'options.upper', upper);
  if (lower <= upper) return;
  const received = `lower ${lower}, upper ${upper}`;
  throw invalidArgument({
    where: place,
    argument: 'options.upper',
    rule: 'must not be below `options.lower`',
    received,
  });
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
  scalar: (options: RreluOptions): ScalarActivation => leakyScalar(meanSlope(options)),
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
  requireFloat32Tensor(place, 'x', x);
  const { lower = 1 / 8, upper = 1 / 3, seed = 0 } = options;
  requireRange(lower, upper);
  const random = createRandom(seed);
  const drawn = Float32Array.from({ length: x.size }, () => lower + (upper - lower) * random.uniform());
  const apply = customGrad((...args: (Tensor | GradSaver)[]) => {
    const [z, save] = args as [Tensor, GradSaver];
    const below = where(isNaNTensor(z), z, tensor(drawn, z.shape));
    const slopes = where(greater(z, 0), onesLike(z), below);
    save([slopes]);
    return { value: mul(z, slopes), gradFunc: (dy: Tensor, saved: Tensor[]): Tensor => mul(dy, saved[0]!) };
  });
  return tidy(() => apply(x)) as T;
}

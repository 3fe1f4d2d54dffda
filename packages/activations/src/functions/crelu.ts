import { requireFloat32Tensor } from '@relumine/core';
import { concat, customGrad, mul, neg, split, sub, type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { Entry } from '../shared/definition';
import { derivativeOf, type GradSaver, pointwise } from '../shared/pointwise';
import { requireAxis } from '../shared/requireAxis';
import { reluComposition } from './relu';

/** Options of `crelu`. */
export interface CreluOptions {
  /** The axis that is doubled; the last one, the channels, unless given. */
  axis?: number;
}

const place = 'activations/crelu';

/** @internal */
export const creluEntry: Entry = {
  formula: '[\\max(0, x), \\max(0, -x)]',
  paper: 'Shang et al. 2016',
  range: '[0, ∞)',
  monotone: false,
  deadRegion: null,
  cost: 'comparison',
};

/**
 * `crelu(x) = concat(relu(x), relu(−x))`: twice the channels, of which a pair never dies on both sides.
 *
 * @param x float32 of rank 1 or more; borrowed
 * @returns float32 with twice the size along the axis; the caller's
 * @throws TypeError unless x is a float32 tensor; RangeError for an axis that x has not
 * @see Shang et al. 2016
 */
export function crelu(x: Tensor, options: CreluOptions = {}): Tensor {
  requireFloat32Tensor(place, 'x', x);
  const axis = requireAxis(place, options.axis ?? -1, x.rank);
  const apply = customGrad((...args: (Tensor | GradSaver)[]) => {
    const [input, save] = args as [Tensor, GradSaver];
    save([input]);
    const value = concat([pointwise(input, reluComposition), pointwise(neg(input), reluComposition)], axis);
    const gradFunc = (dy: Tensor, saved: Tensor[]): Tensor => {
      const z = saved[0]!;
      const [up, down] = split(dy, 2, axis) as [Tensor, Tensor];
      return sub(mul(up, derivativeOf(z, reluComposition)), mul(down, derivativeOf(neg(z), reluComposition)));
    };
    return { value, gradFunc };
  });
  return tidy(() => apply(x));
}

import { invalidArgument, requireFloat32Tensor } from '@relumine/core';
import { concat, customGrad, isNaN as isNaNTensor, mul, split, type Tensor, tidy, where } from '@tensorflow/tfjs-core';
import type { Entry } from '../shared/definition';
import { logistic, logisticSlope } from '../shared/exponentials';
import type { GradSaver } from '../shared/pointwise';
import { requireAxis } from '../shared/requireAxis';

/** Options of `glu`. */
export interface GluOptions {
  /** The axis that is halved; the last one unless given. */
  axis?: number;
}

const place = 'activations/glu';

/** @internal */
export const gluEntry: Entry = {
  formula: 'a \\odot \\sigma(b)',
  paper: 'Dauphin et al. 2017',
  range: '(−∞, ∞)',
  monotone: false,
  deadRegion: null,
  cost: 'exponential',
};

/**
 * `glu(x) = a · σ(b)`, where a and b are the halves of x along an axis.
 *
 * @param x float32, of even size along the axis; borrowed
 * @returns float32 with half the size along the axis; the caller's
 * @throws TypeError unless x is a float32 tensor; RangeError for an axis that x has not, or of odd size
 * @see Dauphin et al. 2017; torch.nn.GLU
 */
export function glu(x: Tensor, options: GluOptions = {}): Tensor {
  requireFloat32Tensor(place, 'x', x);
  const axis = requireAxis(place, options.axis ?? -1, x.rank);
  if (x.shape[axis]! % 2 !== 0) {
    const received = `shape [${x.shape.join(', ')}]`;
    throw invalidArgument({ where: place, argument: 'x', rule: `must have an even size along axis ${axis}`, received });
  }
  const apply = customGrad((...args: (Tensor | GradSaver)[]) => {
    const [input, save] = args as [Tensor, GradSaver];
    const [a, b] = split(input, 2, axis) as [Tensor, Tensor];
    save([input]);
    const gradFunc = (dy: Tensor, saved: Tensor[]): Tensor => {
      const [left, right] = split(saved[0]!, 2, axis) as [Tensor, Tensor];
      return concat([mul(dy, gate(right)), mul(dy, mul(left, logisticSlope(right)))], axis);
    };
    return { value: mul(a, gate(b)), gradFunc };
  });
  return tidy(() => apply(x));
}

/** σ(b), NaN where b is NaN: a comparison would hide it. */
const gate = (b: Tensor): Tensor => where(isNaNTensor(b), b, logistic(b));

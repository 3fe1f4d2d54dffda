import { type ActivationCall, requireFloat32Tensor, tryActivation, tryActivationGrad } from '@relumine/core';
import {
  customGrad,
  isNaN as isNaNTensor,
  mul,
  onesLike,
  type Tensor,
  tidy,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';
import type { ScalarActivation } from './scalar';

export type GradSaver = (tensors: Tensor[]) => void;

/** One elementwise activation, composed from stock operations; NaN is taken care of by {@link pointwise}. */
export interface Composition extends ActivationCall {
  /** Whether all parts give NaN for NaN by themselves; it is mended where they don't. */
  readonly keepsNaN?: boolean;
  /** f and f' of one number, where that is fast. */
  readonly scalar?: ScalarActivation;
  /** f(x). */
  forward(x: Tensor): Tensor;
  /** f'(x). */
  derivative(x: Tensor): Tensor;
  /** f''(x); left out where it is 0 wherever it exists. */
  second?(x: Tensor): Tensor;
}

/** NaN where x is NaN: comparisons would let a slope through. */
const keepNaN = (x: Tensor, value: Tensor, { keepsNaN }: Composition): Tensor =>
  keepsNaN ? value : where(isNaNTensor(x), x, value);

/** tfjs's own type has the saver among the tensors. */
export type WithGradient = (
  f: (...args: never[]) => { value: Tensor; gradFunc(dy: Tensor, saved: Tensor[]): Tensor | Tensor[] },
) => (...tensors: Tensor[]) => Tensor;

/** dy · f'(x), differentiable again: its gradients are ddx · f'(x) and ddx · dy · f''(x). */
function gradient(dy: Tensor, x: Tensor, composition: Composition): Tensor {
  const slope = (z: Tensor): Tensor => keepNaN(z, composition.derivative(z), composition);
  return (customGrad as WithGradient)((from: Tensor, input: Tensor, save: GradSaver) => {
    save([from, input]);
    return {
      value: tryActivationGrad(composition, from, input) ?? mul(from, slope(input)),
      gradFunc: (ddx, [dy1, x1]) => [
        mul(ddx, slope(x1!)),
        mul(mul(ddx, dy1!), keepNaN(x1!, composition.second?.(x1!) ?? zerosLike(x1!), composition)),
      ],
    };
  })(dy, x);
}

/** f'(x), NaN where x is NaN; the caller's. */
export function derivativeOf<T extends Tensor>(x: T, composition: Composition): T {
  requireFloat32Tensor(`activations/${composition.name}`, 'x', x);
  return tidy(() => gradient(onesLike(x), x, composition)) as T;
}

/**
 * f(x) with its own gradient and that gradient's: by the backend's kernels where it has them, else composed.
 *
 * @param x float32 of any shape; borrowed
 * @returns float32 like x; the caller's
 */
export function pointwise<T extends Tensor>(x: T, composition: Composition): T {
  requireFloat32Tensor(`activations/${composition.name}`, 'x', x);
  const apply = (customGrad as WithGradient)((input: Tensor, save: GradSaver) => {
    const [value = keepNaN(input, composition.forward(input), composition), slope] = tryActivation(composition, input);
    save([slope ?? input]);
    return { value, gradFunc: (dy, [kept]) => (slope ? mul(dy, kept!) : gradient(dy, kept!, composition)) };
  });
  return tidy(() => apply(x)) as T;
}

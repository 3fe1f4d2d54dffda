import {
  type ActivationName,
  activationGradKernel,
  activationKernel,
  hasKernel,
  requireFloat32Tensor,
} from '@relumine/core';
import {
  customGrad,
  engine,
  isNaN as isNaNTensor,
  mul,
  type NamedAttrMap,
  type Tensor,
  tidy,
  where,
} from '@tensorflow/tfjs-core';

export type GradSaver = (tensors: Tensor[]) => void;

/** One elementwise activation, composed from stock operations; both parts run off the tape. */
export interface Composition {
  readonly name: ActivationName;
  /** The kernels' attributes: the parameters. */
  readonly attrs: Readonly<Record<string, number | string>>;
  /** f(x). */
  forward(x: Tensor): Tensor;
  /** f'(x). */
  derivative(x: Tensor): Tensor;
}

/** NaN where x is NaN: comparisons would let a slope through. */
const keepNaN = (x: Tensor, value: Tensor): Tensor => where(isNaNTensor(x), x, value);

/** f'(x), NaN where x is NaN; the caller's. */
export function derivativeOf(x: Tensor, composition: Composition): Tensor {
  return tidy(() => keepNaN(x, composition.derivative(x)));
}

/**
 * f(x) with its own gradient: by the backend's kernels where it has them, else composed.
 *
 * @param x float32 of any shape; borrowed
 * @returns float32 like x; the caller's
 */
export function pointwise<T extends Tensor>(x: T, composition: Composition): T {
  const { name, attrs } = composition;
  requireFloat32Tensor(`activations/${name}`, 'x', x);
  const kernel = activationKernel(name);
  const gradKernel = activationGradKernel(name);
  const apply = customGrad((...args: (Tensor | GradSaver)[]) => {
    const [input, save] = args as [Tensor, GradSaver];
    save([input]);
    const value = hasKernel(kernel)
      ? (engine().runKernel(kernel, { x: input }, attrs as unknown as NamedAttrMap) as Tensor)
      : keepNaN(input, composition.forward(input));
    const gradFunc = (dy: Tensor, saved: Tensor[]): Tensor => {
      const [kept] = saved as [Tensor];
      if (hasKernel(gradKernel))
        return engine().runKernel(gradKernel, { dy, x: kept }, attrs as unknown as NamedAttrMap) as Tensor;
      return mul(dy, derivativeOf(kept, composition));
    };
    return { value, gradFunc };
  });
  return tidy(() => apply(x)) as T;
}

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
  onesLike,
  type Tensor,
  tidy,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';

export type GradSaver = (tensors: Tensor[]) => void;

/** One elementwise activation, composed from stock operations; NaN is taken care of by {@link pointwise}. */
export interface Composition {
  readonly name: ActivationName;
  /** The kernel that does it, where another activation's does. */
  readonly kernel?: ActivationName;
  /** The kernels' attributes: the parameters. */
  readonly attrs: Readonly<Record<string, number | string>>;
  /** Whether all parts give NaN for NaN by themselves; it is mended where they don't. */
  readonly keepsNaN?: boolean;
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

const attributes = ({ attrs }: Composition): NamedAttrMap => attrs as unknown as NamedAttrMap;

/** dy · f'(x), differentiable again: its gradients are ddx · f'(x) and ddx · dy · f''(x). */
function gradient(dy: Tensor, x: Tensor, composition: Composition): Tensor {
  const kernel = activationGradKernel(composition.kernel ?? composition.name);
  const apply = customGrad((...args: (Tensor | GradSaver)[]) => {
    const [slope, input, save] = args as [Tensor, Tensor, GradSaver];
    save([slope, input]);
    const value = hasKernel(kernel)
      ? (engine().runKernel(kernel, { dy: slope, x: input }, attributes(composition)) as Tensor)
      : mul(slope, keepNaN(input, composition.derivative(input), composition));
    const gradFunc = (ddx: Tensor, saved: Tensor[]): Tensor[] => {
      const [dy1, x1] = saved as [Tensor, Tensor];
      const second = composition.second?.(x1) ?? zerosLike(x1);
      return [
        mul(ddx, keepNaN(x1, composition.derivative(x1), composition)),
        mul(mul(ddx, dy1), keepNaN(x1, second, composition)),
      ];
    };
    return { value, gradFunc };
  });
  return apply(dy, x);
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
  const kernel = activationKernel(composition.kernel ?? composition.name);
  const apply = customGrad((...args: (Tensor | GradSaver)[]) => {
    const [input, save] = args as [Tensor, GradSaver];
    save([input]);
    const value = hasKernel(kernel)
      ? (engine().runKernel(kernel, { x: input }, attributes(composition)) as Tensor)
      : keepNaN(input, composition.forward(input), composition);
    return { value, gradFunc: (dy: Tensor, saved: Tensor[]): Tensor => gradient(dy, saved[0]!, composition) };
  });
  return tidy(() => apply(x)) as T;
}

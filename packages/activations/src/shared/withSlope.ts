import { type ActivationName, activationSlopeKernel, hasKernel } from '@relumine/core';
import { customGrad, engine, mul, type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { GradSaver, WithGradient } from './pointwise';

/**
 * f(x) by the kernel that gives f'(x) beside it, which is kept in place of x: the gradient is one product then. Undefined
 * where there is no such kernel, no gradient is recorded, or one that will be derived itself.
 */
export function withSlope(x: Tensor, name: ActivationName): Tensor | undefined {
  const kernel = activationSlopeKernel(name);
  const { gradientDepth, kernelDepth } = engine().state;
  if (gradientDepth !== 1 || kernelDepth !== 0 || x?.dtype !== 'float32' || !hasKernel(kernel)) return undefined;
  const apply = (customGrad as WithGradient)((input: Tensor, save: GradSaver) => {
    const [value, slope] = engine().runKernel(kernel, { x: input }) as Tensor[];
    save([slope!]);
    return { value: value!, gradFunc: (dy, [kept]) => mul(dy, kept!) };
  });
  return tidy(() => apply(x));
}

import { getBackend, getKernel } from '@tensorflow/tfjs-core';
import type { ActivationName } from './activation';

/**
 * Relumine's own kernels. A backend that has one registers it under its name; the packages above use it where it is
 * there and compose stock operations where it is not. So nobody but apps and tests imports the backend package.
 */
export type RelumineKernelName =
  | `Relumine${Capitalize<ActivationName>}`
  | `Relumine${Capitalize<ActivationName>}Grad`
  | 'RelumineActivationStatistics';

/**
 * One pass that applies an activation and counts.
 *
 * Inputs `{ x }`: z, float32[batch, …, channels] (and `alpha`, float32[channels] or [1], for prelu). Attributes
 * `{ name, params, epsilon }`. Outputs: h, float32 like x; int32[4, channels] with the rows samples that fired
 * (|f'(z)| > ε somewhere), zeros of h, non-finite values of h, NaNs of z; int32[positions, channels], samples on which
 * each unit fired; float32[12, channels], the bytes of float64[6, channels] with the rows Σh, Σ|h|, Σh², min h, max h, max z.
 */
export const activationStatisticsKernel = 'RelumineActivationStatistics';

const capitalize = <T extends string>(name: T): Capitalize<T> =>
  (name.charAt(0).toUpperCase() + name.slice(1)) as Capitalize<T>;

/** The kernel of `h = f(z)`: inputs `{ x }` (and `{ alpha }` for prelu), the function's parameters as attributes. */
export function activationKernel<N extends ActivationName>(name: N): `Relumine${Capitalize<N>}` {
  return `Relumine${capitalize(name)}`;
}

/** The kernel of the gradient: inputs `{ dy, x }` (and `{ alpha }` for prelu), the same attributes; output dx (and dalpha). */
export function activationGradKernel<N extends ActivationName>(name: N): `Relumine${Capitalize<N>}Grad` {
  return `Relumine${capitalize(name)}Grad`;
}

/** Whether the current backend has one of Relumine's kernels. */
export function hasKernel(name: RelumineKernelName): boolean {
  return getKernel(name, getBackend()) !== undefined;
}

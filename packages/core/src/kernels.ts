import {
  engine,
  getBackend,
  getKernel,
  type NamedAttrMap,
  type NamedTensorMap,
  type Tensor,
} from '@tensorflow/tfjs-core';
import type { ActivationName } from './activation';
import { type ScalarFunction, tryEachValue } from './eachValue';

/**
 * Relumine's own kernels. A backend that has one registers it under its name; the packages above use it where it is
 * there and compose stock operations where it is not. So nobody but apps and tests imports the backend package.
 */
export type RelumineKernelName =
  | `Relumine${Capitalize<ActivationName>}`
  | `Relumine${Capitalize<ActivationName>}Grad`
  | `Relumine${Capitalize<ActivationName>}Slope`
  | 'RelumineActivationStatistics'
  | 'RelumineActivationLiveness'
  | 'RelumineSpectralNormalize'
  | 'RelumineSpectralVectors'
  | 'RelumineSpectralNormalizeGrad'
  | 'RelumineSpectralProduct'
  | 'RelumineSpectralProductGrad'
  | 'RelumineSymbolNorms';

/**
 * One pass that applies an activation and counts.
 *
 * Inputs `{ x }`: z, float32[batch, …, channels] (and `alpha`, float32[channels] or [1], for prelu). Attributes
 * `{ name, params, epsilon }`. Outputs: h, float32 like x; int32[4, channels] with the rows samples that fired
 * (|f'(z)| > ε somewhere), zeros of h, non-finite values of h, NaNs of z; int32[positions, channels], samples on which
 * each unit fired; float32[12, channels], the bytes of float64[6, channels] with the rows Σh, Σ|h|, Σh², min h, max h, max z.
 *
 * Counts and extremes are exact. A sum may run in float32 over some positions of one sample, about one of its values, before it is
 * added up in float64: as a rule to 1e-7 of Σ|h| or Σh², at worst (far outliers) to 4e-6, and the same however samples fall into batches.
 */
export const activationStatisticsKernel = 'RelumineActivationStatistics';

/**
 * One pass over z that tells who lives, for those who watch a training.
 *
 * Inputs `{ x, best, fired, nonFinite }`: z, float32[batch, …, channels], and what earlier calls have found, which the
 * kernel **writes over**: float32[positions, channels], the largest z of each unit (NaN where there was one);
 * int32[positions, channels], not 0 where the unit has fired; int32[channels], values of z that are NaN or infinite.
 *
 * Attributes `{ name, params, epsilon, low, high, fresh, apply }`: a unit fires where low < z < high, or, without the two, where
 * |f'(z)| > ε; `fresh` forgets earlier calls. With low = −∞ and high = ∞ every number fires; `fired` is used only where
 * high is below ∞ or missing. Outputs: int32[channels], units that never fired and had no NaN; float32[channels], max z;
 * with `apply`, h = f(z) too.
 */
export const activationLivenessKernel = 'RelumineActivationLiveness';

/**
 * Power iteration on a kernel, and the kernel divided by what it finds.
 *
 * Inputs `{ kernel, u, v }`: float32[…, outputs], read as a matrix K [rows, outputs]; float32[outputs]; float32[rows].
 * Attributes `{ iterations, first, epsilon, target, onlyIfLarger }`: each iteration sets u ← Kᵀ v / max(‖Kᵀ v‖, ε) and
 * v ← K u / max(‖K u‖, ε), in this order with `first: 'u'`, in the other with `first: 'v'`. Outputs: kernel · target / σ
 * (unchanged where σ = 0, or where σ ≤ target with `onlyIfLarger`), u, v, and σ = vᵀ K u, float32[].
 */
export const spectralNormalizeKernel = 'RelumineSpectralNormalize';

/**
 * Power iteration on a kernel, without the division: inputs as those of `RelumineSpectralNormalize`, attributes
 * `{ iterations, first, epsilon }`; outputs u, v and σ.
 */
export const spectralVectorsKernel = 'RelumineSpectralVectors';

/**
 * The gradient of the division, with u and v constant. Inputs `{ dy, y, u, v, sigma }`, y the result; attributes
 * `{ target, onlyIfLarger }`; output (dy − ⟨dy, y⟩ v uᵀ / target) · target / σ, or dy where the kernel was left unchanged.
 */
export const spectralNormalizeGradKernel = 'RelumineSpectralNormalizeGrad';

/**
 * A product with the divided kernel, which is not written down: inputs `{ x, kernel, sigma }`, float32[samples, inputs],
 * float32[inputs, outputs] and σ; attributes `{ target, onlyIfLarger }`; output x · kernel · target / σ, or x · kernel where
 * the kernel is left unchanged.
 */
export const spectralProductKernel = 'RelumineSpectralProduct';

/**
 * The gradient of that product, with u and v constant. Inputs `{ dy, x, kernel, y, u, v, sigma }`, y the result; attributes as
 * before; outputs, with dz = dy · target / σ (or dy): dz · kernelᵀ, and xᵀ · dz − ⟨dz, y⟩ v uᵀ / target (or xᵀ · dz).
 */
export const spectralProductGradKernel = 'RelumineSpectralProductGrad';

/**
 * The largest eigenvalues of a circular convolution's Gram matrices G(f, g) = Σ_k cos φ_k S_k − i sin φ_k D_k, with
 * φ_k = 2π (a_k f / h + b_k g / w), by Lanczos steps; what falls behind is left early.
 *
 * Inputs `{ even, odd, start }`: S and D, float32[lags, n, n], symmetric and skew, n a multiple of 4 (rows and columns of zeros fill
 * it up); where each frequency starts, float32[2, n]: real and imaginary parts, 0 where the matrices are filled up.
 * Attributes `{ lags, shape, frequencies, tolerance, share }`: pairs (a, b) with those of one b side by side and 0 ≤ b; [h, w];
 * pairs (f, g), rows side by side; a frequency ends where its residual is below `tolerance` of its value, or where
 * three residuals above its value are still below `share` of the largest value so far. Output: float32[frequencies, 2], value
 * and residual.
 */
export const symbolNormsKernel = 'RelumineSymbolNorms';

const capitalize = <T extends string>(name: T): Capitalize<T> =>
  (name.charAt(0).toUpperCase() + name.slice(1)) as Capitalize<T>;

/**
 * The kernel of an activation: inputs `{ x }` (and for prelu `{ alpha }`: one value, or what lies along x's last axes), the
 * function's parameters as attributes.
 */
export function activationKernel<N extends ActivationName>(name: N): `Relumine${Capitalize<N>}` {
  return `Relumine${capitalize(name)}`;
}

/** The kernel of the gradient: inputs `{ dy, x }` (and `{ alpha }` for prelu), the same attributes; output dx (and dalpha). */
export function activationGradKernel<N extends ActivationName>(name: N): `Relumine${Capitalize<N>}Grad` {
  return `Relumine${capitalize(name)}Grad`;
}

/**
 * The kernel that computes an activation and its derivative together: inputs `{ x }`, the same attributes; outputs f(x) and
 * f'(x), NaN where x is NaN. Backends have it where the two share most of their work.
 */
export function activationSlopeKernel<N extends ActivationName>(name: N): `Relumine${Capitalize<N>}Slope` {
  return `Relumine${capitalize(name)}Slope`;
}

/** Whether the current backend has one of Relumine's kernels. */
export function hasKernel(name: RelumineKernelName): boolean {
  return getKernel(name, getBackend()) !== undefined;
}

/**
 * Runs one of Relumine's kernels where the current backend has it.
 *
 * @param inputs tensors by name, of any shape the kernel takes; borrowed
 * @param attrs  the kernel's attributes
 * @returns what the kernel gives, the caller's; undefined where there is none of that name
 */
export function tryKernel<T extends Tensor | Tensor[] = Tensor>(
  name: RelumineKernelName,
  inputs: NamedTensorMap,
  attrs: Readonly<Record<string, unknown>> = {},
): T | undefined {
  return hasKernel(name) ? (engine().runKernel(name, inputs, attrs as NamedAttrMap) as T) : undefined;
}

/** An activation with its parameters, as backends are asked for it. */
export interface ActivationCall {
  readonly name: ActivationName;
  /** The kernel that does it, where another activation's does. */
  readonly kernel?: ActivationName;
  /** The kernels' attributes: the parameters. */
  readonly attrs: Readonly<Record<string, number | string>>;
  /** f and f' of one number, where that is fast. */
  readonly scalar?: ScalarFunction;
}

/**
 * f(x) of an activation inside a custom gradient, by the current backend's kernels, and f'(x) where it comes with it and a
 * gradient is recorded that will not be derived itself: kept in place of x, it makes the gradient a product. On tfjs's own `cpu`
 * backend, by `scalar.f` value by value.
 *
 * @param x float32 of any shape; borrowed
 * @returns f(x), then f'(x) if there is one, float32 like x, the caller's; nothing where there is no kernel
 */
export function tryActivation(
  { name, kernel = name, attrs, scalar }: ActivationCall,
  x: Tensor,
): readonly [value?: Tensor | undefined, slope?: Tensor] {
  const { gradientDepth, kernelDepth } = engine().state;
  const records = gradientDepth === 1 && kernelDepth === 1;
  const both = records ? tryKernel<[Tensor, Tensor]>(activationSlopeKernel(kernel), { x }, attrs) : undefined;
  return both ?? [tryKernel(activationKernel(kernel), { x }, attrs) ?? tryEachValue(x, scalar?.f)];
}

/**
 * dy · f'(x) of an activation likewise.
 *
 * @param dy float32 like x; borrowed
 * @param x  float32 of any shape; borrowed
 * @returns float32 like x, the caller's; undefined where there is no kernel
 */
export function tryActivationGrad(
  { name, kernel = name, attrs, scalar }: ActivationCall,
  dy: Tensor,
  x: Tensor,
): Tensor | undefined {
  return tryKernel(activationGradKernel(kernel), { dy, x }, attrs) ?? tryEachValue(x, scalar?.derivative, dy);
}

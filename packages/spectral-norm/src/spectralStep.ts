import { hasKernel, spectralNormalizeGradKernel, spectralNormalizeKernel, spectralVectorsKernel } from '@relumine/core';
import {
  add,
  cast,
  customGrad,
  div,
  engine,
  greater,
  mul,
  type NamedAttrMap,
  type NamedTensorMap,
  outerProduct,
  reshape,
  type Scalar,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  tidy,
} from '@tensorflow/tfjs-core';
import { fromMatrix, kernelProducts } from './kernelMatrix';
import { iterate, requireIteration, requireState, type SpectralState } from './powerIteration';

type GradSaver = (tensors: Tensor[]) => void;

/** How far a kernel is divided. */
export interface Division {
  readonly target: number;
  readonly onlyIfLarger: boolean;
}

/** How often u and v are renewed, and which of them first. */
export interface Steps {
  readonly iterations: number;
  readonly epsilon: number;
  readonly first: 'u' | 'v';
}

/** A divided kernel, the vectors that sigma was computed with, and sigma. */
export interface SpectralStep extends SpectralState {
  readonly value: Tensor;
  readonly sigma: Scalar;
}

/** 1 where the kernel is divided, 0 where it passes unchanged: sigma 0, or small enough with `onlyIfLarger`. */
export const isDivided = (sigma: Tensor, { target, onlyIfLarger }: Division): Tensor =>
  cast(greater(sigma, onlyIfLarger ? target : 0), 'float32');

/** What the kernel is divided by: sigma / target, or 1. */
export const divisor = (sigma: Tensor, division: Division): Tensor => {
  const divided = isDivided(sigma, division);
  return add(mul(divided, div(sigma, division.target)), sub(1, divided));
};

const isLast = (kernel: Tensor, axis: number): boolean => axis === kernel.shape.length - 1;

const run = (name: string, inputs: NamedTensorMap, attrs: object): Tensor | Tensor[] =>
  engine().runKernel(name, inputs, attrs as unknown as NamedAttrMap) as Tensor | Tensor[];

function requireStep(kernel: Tensor, state: SpectralState, axis: number, steps: Steps): void {
  const outputs = kernel.shape[axis]!;
  requireState([outputs, outputs === 0 ? 0 : kernel.size / outputs], state);
  requireIteration(steps.iterations, steps.epsilon);
}

/**
 * Power iteration on a kernel's matrix, without gradient, for who computes with the kernel as it is.
 *
 * @returns the vectors after it and their sigma, the caller's
 */
export function spectralVectors(
  kernel: Tensor,
  state: SpectralState,
  axis: number,
  steps: Steps,
): Omit<SpectralStep, 'value'> {
  requireStep(kernel, state, axis, steps);
  if (hasKernel(spectralVectorsKernel) && isLast(kernel, axis)) {
    const [u, v, sigma] = run(spectralVectorsKernel, { kernel, u: state.u, v: state.v }, { ...steps }) as Tensor[];
    return { u: u as Tensor1D, v: v as Tensor1D, sigma: sigma as Scalar };
  }
  const [u, v, sigma] = tidy(() => iterate(kernelProducts(kernel, axis), state, steps));
  return { u, v, sigma };
}

/**
 * Power iteration on a kernel's matrix and the kernel divided by its sigma, without gradient: in one kernel of the backend
 * where it has it and the outputs are last, else composed.
 *
 * @returns all four the caller's
 */
export function spectralStep(
  kernel: Tensor,
  state: SpectralState,
  axis: number,
  steps: Steps,
  division: Division,
): SpectralStep {
  requireStep(kernel, state, axis, steps);
  if (hasKernel(spectralNormalizeKernel) && isLast(kernel, axis)) {
    const inputs = { kernel, u: state.u, v: state.v };
    const [value, u, v, sigma] = run(spectralNormalizeKernel, inputs, { ...steps, ...division }) as Tensor[];
    return { value: value!, u: u as Tensor1D, v: v as Tensor1D, sigma: sigma as Scalar };
  }
  const [value, u, v, sigma] = tidy((): [Tensor, Tensor1D, Tensor1D, Scalar] => {
    const [left, right, norm] = iterate(kernelProducts(kernel, axis), state, steps);
    return [div(kernel, divisor(norm, division)), left, right, norm];
  });
  return { value, u, v, sigma };
}

/** v uᵀ in the kernel's layout. */
const direction = (u: Tensor1D, v: Tensor1D, shape: readonly number[], axis: number): Tensor =>
  axis === shape.length - 1 ? reshape(outerProduct(v, u), [...shape]) : fromMatrix(outerProduct(u, v), shape, axis);

/**
 * The divided kernel as a function of the kernel, with the gradient through sigma at constant u and v:
 * (G − ⟨G, result⟩ u vᵀ / target) · target / sigma. Inside a tidy.
 */
export function withGradient(kernel: Tensor, step: SpectralStep, axis: number, division: Division): Tensor {
  const divide = customGrad((...args: (Tensor | GradSaver)[]) => {
    const [x, save] = args as [Tensor, GradSaver];
    save([step.value, step.sigma, step.u, step.v]);
    const gradFunc = (dy: Tensor, saved: Tensor[]): Tensor => {
      const [y, sigma, u, v] = saved as [Tensor, Scalar, Tensor1D, Tensor1D];
      if (hasKernel(spectralNormalizeGradKernel) && isLast(y, axis))
        return run(spectralNormalizeGradKernel, { dy, y, u, v, sigma }, division) as Tensor;
      const along = div(mul(sum(mul(dy, y)), isDivided(sigma, division)), division.target);
      return div(sub(dy, mul(direction(u, v, x.shape, axis), along)), divisor(sigma, division));
    };
    return { value: step.value.clone(), gradFunc };
  });
  return divide(kernel);
}

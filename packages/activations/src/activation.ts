import { type Activation, type ActivationName, describe, invalidArgument, nearestName } from '@relumine/core';
import { onesLike, scalar, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { eluComposition } from './elu';
import { leakyReluComposition } from './leakyRelu';
import { prelu } from './prelu';
import { reluComposition } from './relu';
import { type Composition, derivativeOf, pointwise } from './shared/pointwise';

export type ActivationParams = Readonly<Record<string, number | string>>;

const where = 'activations/activation';

type Maker = (params: Record<string, never>) => Composition;

const compositions: Partial<Record<ActivationName, Maker>> = {
  relu: () => reluComposition,
  leakyRelu: leakyReluComposition,
  elu: eluComposition,
};

/** The activations of this version, by name. */
export const activationNames: readonly ActivationName[] = ['linear', 'relu', 'leakyRelu', 'prelu', 'elu'];

/** √(2 / (1 + slope²)): PyTorch's gain of leaky ReLU, which ReLU and PReLU are cases of. */
const leakyGain = (slope: number): number => Math.sqrt(2 / (1 + slope * slope));

/** E over the standard normal, by the trapezoidal rule on [−12, 12], which converges exponentially for it. */
function expectation(f: (z: number) => number): number {
  const [steps, reach] = [24_000, 12];
  let sum = 0;
  for (let i = 0; i <= steps; i++) {
    const z = -reach + (2 * reach * i) / steps;
    sum += f(z) * Math.exp((-z * z) / 2);
  }
  return (sum * 2 * reach) / steps / Math.sqrt(2 * Math.PI);
}

function requireName(name: unknown): asserts name is ActivationName {
  if (typeof name === 'string' && (activationNames as readonly string[]).includes(name)) return;
  const near = typeof name === 'string' ? nearestName(name, activationNames) : undefined;
  throw invalidArgument({
    where,
    argument: 'name',
    rule: `must be one of ${activationNames.join(', ')}`,
    received: describe(name),
    ...(near ? { wayOut: `Did you mean '${near}'?` } : {}),
  });
}

const number = (params: ActivationParams, key: string, otherwise: number): number => Number(params[key] ?? otherwise);

/**
 * The gain of Kaiming initialisation: `√2` for relu, `√(2 / (1 + slope²))` for leaky ReLU and PReLU (PyTorch's
 * calculate_gain), `1 / √E f(z)²` with z ~ N(0, 1) for elu, 1 for linear.
 *
 * @throws RangeError for an unknown name
 */
export function gain(name: ActivationName, params: ActivationParams = {}): number {
  requireName(name);
  if (name === 'linear') return 1;
  if (name === 'relu') return Math.SQRT2;
  if (name === 'leakyRelu') return leakyGain(number(params, 'negativeSlope', 0.01));
  if (name === 'prelu') return leakyGain(number(params, 'alpha', 0.25));
  const alpha = number(params, 'alpha', 1);
  return 1 / Math.sqrt(expectation((z) => (z > 0 ? z : alpha * Math.expm1(z)) ** 2));
}

/**
 * An activation by name, with its parameters fixed: `apply`, `derivative` and `gain`. A PReLU by name has one fixed slope
 * (`alpha`, 0.25 unless given); a slope that learns is a layer.
 *
 * @throws RangeError for an unknown name (the nearest known one is suggested) or a parameter that is not finite
 */
export function activation(name: ActivationName, params: ActivationParams = {}): Activation {
  requireName(name);
  const make = compositions[name];
  const composition = make?.(params as Record<string, never>);
  const alpha = number(params, 'alpha', 0.25);
  const apply = <T extends Tensor>(z: T): T => {
    if (composition) return pointwise(z, composition);
    return name === 'linear' ? (z.clone() as T) : tidy(() => prelu(z, scalar(alpha)));
  };
  const derivative = <T extends Tensor>(z: T): T => {
    if (composition) return derivativeOf(z, composition) as T;
    if (name === 'linear') return onesLike(z);
    return derivativeOf(z, leakyReluComposition({ negativeSlope: alpha })) as T;
  };
  return { name, params, apply, derivative, gain: gain(name, params) };
}

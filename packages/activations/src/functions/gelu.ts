import { requireOneOf } from '@relumine/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Definition, Entry } from '../shared/definition';
import { type Composition, pointwise } from '../shared/pointwise';
import type { ScalarActivation } from '../shared/scalar';
import { tailGelu } from '../shared/tailGelu';

/** Options of `gelu`. */
export interface GeluOptions {
  /** `'tanh'` for the approximation of the first papers; the exact function, `'none'`, unless given. */
  approximate?: 'none' | 'tanh';
}

const scalarOf = ({ approximate = 'none' }: GeluOptions): ScalarActivation => {
  if (approximate === 'none') return exactScalar;
  const gate = (z: number): number => 1 / (1 + Math.exp(-(linear * z + cubic * z ** 3)));
  return {
    f: (z) => z * gate(z),
    derivative: (z) => gate(z) * (1 + z * gate(-z) * (linear + 3 * cubic * z * z)),
    breaks: [],
  };
};

function composition({ approximate = 'none' }: GeluOptions = {}): Composition {
  requireOneOf('activations/gelu', 'options.approximate', approximate, ['none', 'tanh']);
  return tailGelu({ approximate }, approximate === 'tanh');
}

const [linear, cubic] = [1.5957691216057308, 0.07135481627260025];

/** @internal */
export const geluEntry: Entry = {
  formula: 'x\\,\\Phi(x)',
  paper: 'Hendrycks, Gimpel 2016',
  range: '[−0.17, ∞)',
  monotone: false,
  deadRegion: 'x < −4.0 (slope below 0.001)',
  cost: 'exponential',
};

/** @internal */
export const geluDefinition: Definition = {
  name: 'gelu',
  defaults: { approximate: 'none' },
  compose: composition,
  scalar: scalarOf,
};

/** Φ(z) by its series near 0 and its continued fraction beyond: to float64 rounding. */
function normal(z: number): number {
  const a = Math.abs(z);
  const density = Math.exp((-a * a) / 2) / Math.sqrt(2 * Math.PI);
  if (a < 4) {
    let [term, sum] = [a, a];
    for (let k = 1; k < 80; k++) sum += term *= (a * a) / (2 * k + 1);
    return 0.5 + Math.sign(z) * density * sum;
  }
  let fraction = a;
  for (let k = 60; k > 0; k--) fraction = a + k / fraction;
  return z < 0 ? density / fraction : 1 - density / fraction;
}

const exactScalar = {
  f: (z: number): number => z * normal(z),
  derivative: (z: number): number => normal(z) + (z * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI),
  breaks: [],
};

/**
 * `gelu(x) = x · Φ(x)`, Φ the standard normal distribution; with `approximate: 'tanh'`,
 * `x / 2 · (1 + tanh(√(2/π) · (x + 0.044715 x³)))`. Relative accuracy holds in the left tail too; at −∞ it is 0, its limit
 * (PyTorch and tfjs give NaN).
 *
 * @param x float32 of any shape; borrowed
 * @returns float32 like x; the caller's
 * @throws TypeError unless x is a float32 tensor; RangeError for an unknown approximation
 * @see Hendrycks, Gimpel 2016; torch.nn.GELU
 */
export function gelu<T extends Tensor>(x: T, options: GeluOptions = {}): T {
  return pointwise(x, composition(options));
}

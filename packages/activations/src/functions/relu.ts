import { mul, step, relu as stockRelu, type Tensor } from '@tensorflow/tfjs-core';
import type { Definition, Entry } from '../shared/definition';
import { type Composition, pointwise } from '../shared/pointwise';
import type { ScalarActivation } from '../shared/scalar';

const scalar: ScalarActivation = { f: (z) => Math.max(0, z), derivative: (z) => Number(z > 0), breaks: [0] };

/** @internal */
export const reluComposition: Composition = {
  name: 'relu',
  attrs: {},
  scalar,
  keepsNaN: true,
  // The stock operation makes 0 of a NaN with the sign bit, such as 0 / 0 on x86, on WASM; the step keeps every NaN.
  forward: (x) => mul(stockRelu(x), step(x)),
  derivative: (x) => step(x),
};

/** @internal */
export const reluEntry: Entry = {
  formula: '\\max(0, x)',
  paper: 'Nair, Hinton 2010',
  range: '[0, ∞)',
  monotone: true,
  deadRegion: 'x ≤ 0',
  cost: 'comparison',
};

/** @internal */
export const reluDefinition: Definition = {
  name: 'relu',
  defaults: {},
  compose: () => reluComposition,
};

/**
 * `relu(x) = max(0, x)`. At the kink the derivative is 0, as in PyTorch; NaN stays NaN, forward and backward.
 *
 * @param x float32 of any shape; borrowed
 * @returns float32 like x; the caller's
 * @throws TypeError unless x is a float32 tensor
 * @see torch.nn.ReLU
 */
export function relu<T extends Tensor>(x: T): T {
  return pointwise(x, reluComposition);
}

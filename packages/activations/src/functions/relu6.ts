import { mul, step, relu6 as stockRelu6, sub, type Tensor } from '@tensorflow/tfjs-core';
import type { Definition, Entry } from '../shared/definition';
import { type Composition, pointwise } from '../shared/pointwise';
import type { ScalarActivation } from '../shared/scalar';

const scalar: ScalarActivation = {
  f: (z) => Math.min(6, Math.max(0, z)),
  derivative: (z) => Number(z > 0 && z < 6),
  breaks: [0, 6],
};

const composition: Composition = {
  name: 'relu6',
  attrs: {},
  scalar,
  keepsNaN: true,
  // The stock operation makes NaN 0 on WASM; the step is 1 above 0 and NaN for NaN.
  forward: (x) => mul(stockRelu6(x), step(x)),
  derivative: (x) => mul(step(x), step(sub(6, x))),
};

/** @internal */
export const relu6Entry: Entry = {
  formula: '\\min(\\max(0, x), 6)',
  paper: 'Howard et al. 2017',
  range: '[0, 6]',
  monotone: true,
  deadRegion: 'x ≤ 0 or x ≥ 6',
  cost: 'comparison',
};

/** @internal */
export const relu6Definition: Definition = {
  name: 'relu6',
  defaults: {},
  compose: () => composition,
};

/**
 * `relu6(x) = min(max(0, x), 6)`. At both kinks the derivative is 0, as in PyTorch; NaN stays NaN (the stock WASM
 * operation makes it 0).
 *
 * @param x float32 of any shape; borrowed
 * @returns float32 like x; the caller's
 * @throws TypeError unless x is a float32 tensor
 * @see torch.nn.ReLU6
 */
export function relu6<T extends Tensor>(x: T): T {
  return pointwise(x, composition);
}

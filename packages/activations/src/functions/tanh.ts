import { mul, square, tanh as stockTanh, sub, type Tensor } from '@tensorflow/tfjs-core';
import type { Definition } from '../shared/definition';
import { type Composition, pointwise } from '../shared/pointwise';

const slope = (x: Tensor): Tensor => sub(1, square(stockTanh(x)));

const composition: Composition = {
  name: 'tanh',
  attrs: {},
  keepsNaN: true,
  forward: (x) => stockTanh(x),
  derivative: slope,
  second: (x) => mul(mul(stockTanh(x), slope(x)), -2),
};

/** @internal */
export const tanhDefinition: Definition = {
  name: 'tanh',
  defaults: {},
  compose: () => composition,
  scalar: () => ({ f: Math.tanh, derivative: (z) => Math.cosh(z) ** -2, breaks: [] }),
};

/**
 * `tanh(x) = (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)`.
 *
 * @param x float32 of any shape; borrowed
 * @returns float32 like x; the caller's
 * @throws TypeError unless x is a float32 tensor
 * @see torch.nn.Tanh
 */
export function tanh<T extends Tensor>(x: T): T {
  return pointwise(x, composition);
}

import { requireFinite } from '@relumine/core';
import { add, div, greater, mul, onesLike, relu, sigmoid, type Tensor, where, zerosLike } from '@tensorflow/tfjs-core';
import type { Definition, Entry } from '../shared/definition';
import { expOfProduct, logisticSlope, logOnePlus } from '../shared/exponentials';
import { type Composition, pointwise } from '../shared/pointwise';

/** Options of `softplus`. */
export interface SoftplusOptions {
  /** How sharp the bend is; 1 unless given; above 0. */
  beta?: number;
  /** Where `beta · x` exceeds it, the function is x itself; 20 unless given. */
  threshold?: number;
}

function composition({ beta = 1, threshold = 20 }: SoftplusOptions = {}): Composition {
  requireFinite('activations/softplus', 'options.beta', beta, { min: 0, exclusive: true });
  requireFinite('activations/softplus', 'options.threshold', threshold);
  // Beyond 17 the bend is less than half of x's last digit: the function is x itself already.
  const straight = (x: Tensor, line: Tensor, value: Tensor): Tensor =>
    threshold < 17 ? where(greater(mul(x, beta), threshold), line, value) : value;
  return {
    name: 'softplus',
    attrs: { beta, threshold },
    scalar: {
      f: (z) => (z > threshold / beta ? z : Math.max(z, 0) + Math.log1p(Math.exp(-beta * Math.abs(z))) / beta),
      derivative: (z) => (z > threshold / beta ? 1 : 1 / (1 + Math.exp(-beta * z))),
      breaks: [threshold / beta],
    },
    keepsNaN: Math.log2(beta) % 1 === 0,
    forward: (x) => {
      const bend = div(logOnePlus(expOfProduct(x, beta)), beta);
      return straight(x, x, add(relu(x), bend));
    },
    derivative: (x) => straight(x, onesLike(x), sigmoid(mul(x, beta))),
    second: (x) => straight(x, zerosLike(x), mul(logisticSlope(mul(x, beta)), beta)),
  };
}

/** @internal */
export const softplusEntry: Entry = {
  formula: '\\tfrac{1}{\\beta} \\log(1 + e^{\\beta x})',
  paper: 'Dugas et al. 2001',
  range: '(0, ∞)',
  monotone: true,
  deadRegion: 'x < −6.9 / β (slope below 0.001)',
  cost: 'logarithm',
};

/** @internal */
export const softplusDefinition: Definition = {
  name: 'softplus',
  defaults: { beta: 1, threshold: 20 },
  compose: composition,
};

/**
 * `softplus(x) = log(1 + e^(beta · x)) / beta`, and x itself where `beta · x > threshold`: a smooth ReLU. It neither
 * overflows nor loses its left tail.
 *
 * @param x float32 of any shape; borrowed
 * @returns float32 like x; the caller's
 * @throws TypeError unless x is a float32 tensor; RangeError unless beta is above 0 and both are finite
 * @see Dugas et al. 2001; torch.nn.Softplus
 */
export function softplus<T extends Tensor>(x: T, options: SoftplusOptions = {}): T {
  return pointwise(x, composition(options));
}

import type { Tensor } from '@tensorflow/tfjs-core';
import { tensor1d } from '@tensorflow/tfjs-core';
import * as all from './index';
import { elu, gelu, hardtanh, leakyRelu, prelu, rrelu, softplus, softshrink, threshold } from './index';

/** A golden case's parameters, by PyTorch's names. */
export interface TorchParams {
  negative_slope?: number;
  alpha?: number;
  weight?: number[];
  lower?: number;
  upper?: number;
  approximate?: 'none' | 'tanh';
  beta?: number;
  threshold?: number;
  value?: number;
  min_val?: number;
  max_val?: number;
  lambda?: number;
}

type Unary = (z: Tensor) => Tensor;

/** torch.nn's classes, and ours. A new activation adds its line. */
export const functions: Record<string, (params: TorchParams) => Unary> = {
  ReLU: () => all.relu,
  ReLU6: () => all.relu6,
  LeakyReLU: (p) => (z) => leakyRelu(z, { negativeSlope: p.negative_slope! }),
  PReLU: (p) => (z) => prelu(z, tensor1d(p.weight!)),
  'RReLU(eval)': (p) => (z) => rrelu(z, { lower: p.lower!, upper: p.upper! }),
  ELU: (p) => (z) => elu(z, { alpha: p.alpha! }),
  CELU: (p) => (z) => all.celu(z, { alpha: p.alpha! }),
  SELU: () => all.selu,
  GELU: (p) => (z) => gelu(z, { approximate: p.approximate! }),
  SiLU: () => all.silu,
  Mish: () => all.mish,
  Softplus: (p) => (z) => softplus(z, { beta: p.beta!, threshold: p.threshold! }),
  Softsign: () => all.softsign,
  Hardtanh: (p) => (z) => hardtanh(z, { min: p.min_val!, max: p.max_val! }),
  Hardswish: () => all.hardswish,
  Hardsigmoid: () => all.hardsigmoid,
  LogSigmoid: () => all.logSigmoid,
  Tanh: () => all.tanh,
  Sigmoid: () => all.sigmoid,
  Tanhshrink: () => all.tanhshrink,
  Softshrink: (p) => (z) => softshrink(z, { lambda: p.lambda! }),
  Hardshrink: (p) => (z) => all.hardshrink(z, { lambda: p.lambda! }),
  Threshold: (p) => (z) => threshold(z, { threshold: p.threshold!, value: p.value! }),
};

interface Limits {
  y: [atMinus: number, atPlus: number];
  dydx: [atMinus: number, atPlus: number];
}

const gate: Limits = { y: [0, Number.POSITIVE_INFINITY], dydx: [0, 1] };

/** The limits at ±∞ where PyTorch's own float64 gives NaN (−∞ · 0, ∞ / ∞). */
export const limits: Record<string, Limits> = {
  GELU: gate,
  SiLU: gate,
  Mish: gate,
  Hardswish: gate,
  Softsign: { y: [-1, 1], dydx: [0, 0] },
};

/** Float32 numbers of all magnitudes on both sides of 0: subnormals, each power of two, and densely where curves bend. */
export function sweep(): Float32Array<ArrayBuffer> {
  const values: number[] = [0, -0];
  for (let exponent = -149; exponent <= 127; exponent++) {
    for (const factor of [1, 1.37, 1.9]) values.push(factor * 2 ** exponent, -factor * 2 ** exponent);
  }
  for (let i = -4400; i <= 4400; i++) values.push(i / 200 + 1e-3 * Math.sin(i));
  for (let i = -220; i <= 220; i++) values.push(i / 2 + 0.1 * Math.cos(i));
  return Float32Array.from(values.filter((value) => Math.abs(value) < 3.4e38));
}

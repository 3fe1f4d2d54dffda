import type { Tensor } from '@tensorflow/tfjs-core';

/** The activation functions that Relumine knows, by their PyTorch-style names (`linear` is the identity). */
export const activationNames = [
  'linear',
  'relu',
  'relu6',
  'leakyRelu',
  'prelu',
  'rrelu',
  'elu',
  'celu',
  'selu',
  'gelu',
  'silu',
  'mish',
  'softplus',
  'squareplus',
  'softsign',
  'tanh',
  'sigmoid',
  'hardtanh',
  'hardsigmoid',
  'hardswish',
  'logSigmoid',
  'tanhshrink',
  'softshrink',
  'hardshrink',
  'threshold',
  'glu',
  'crelu',
] as const;

/** The name of an activation, as everywhere in Relumine. */
export type ActivationName = (typeof activationNames)[number];

/** One activation function `h = f(z)` with its parameters fixed. */
export interface Activation {
  readonly name: ActivationName;
  readonly params: Readonly<Record<string, number | string>>;
  /** `f(z)`; `z` is borrowed, the result is the caller's. */
  apply<T extends Tensor>(z: T): T;
  /** `f'(z)`, elementwise; `z` is borrowed, the result is the caller's. */
  derivative<T extends Tensor>(z: T): T;
  /** The gain of Kaiming initialisation for this activation. */
  readonly gain: number;
}

import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { addressOf, allocate, type WasmBackend } from './heap';
import { kernelsOf } from './module';
import { type NativeKernel, replaceKernel } from './registry';
import { portions } from './shares';
import { type Part, runParts } from './threads';

/** Attributes of the kernel `RelumineAdam`. */
export interface AdamAttrs {
  learningRate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  /** β₁ᵗ and β₂ᵗ after this step (t counts from 1), for the bias corrections. */
  beta1Power: number;
  beta2Power: number;
  /** AdamW: the weight shrinks by learningRate · weightDecay before the step. 0 for Adam. */
  weightDecay: number;
}

/** Attributes of the kernel `RelumineSgd`. */
export interface SgdAttrs {
  learningRate: number;
  momentum: number;
  nesterov: boolean;
  /** Added to the gradient as weightDecay · value. */
  weightDecay: number;
}

const fresh = (backend: WasmBackend, shape: number[], count: number): TensorInfo[] => {
  const made: TensorInfo[] = [];
  try {
    for (let i = 0; i < count; i++) made.push(allocate(backend, shape, 'float32'));
  } catch (error) {
    for (const { dataId } of made) backend.disposeData(dataId, true);
    throw error;
  }
  return made;
};

const adam: NativeKernel = (args) => {
  const { value, gradient, m, v } = args.inputs as Record<'value' | 'gradient' | 'm' | 'v', TensorInfo>;
  const attrs = args.attrs as unknown as AdamAttrs;
  const { learningRate, beta1, beta2, epsilon, beta1Power, beta2Power, weightDecay } = attrs;
  const backend = args.backend as WasmBackend;
  const outputs = fresh(backend, value.shape, 3);
  const [a, g, am, av] = [value, gradient, m, v].map((tensor) => addressOf(backend, tensor)) as [
    number,
    number,
    number,
    number,
  ];
  const [to, toM, toV] = outputs.map((tensor) => addressOf(backend, tensor)) as [number, number, number];
  const size = util.sizeFromShape(value.shape);
  const [step, scaleV] = [learningRate / (1 - beta1Power), 1 / (1 - beta2Power)];
  const factors = [beta1, 1 - beta1, beta2, 1 - beta2, step, scaleV, epsilon, 1 - learningRate * weightDecay] as const;
  const parts = portions(backend, size, 16, 'pass', size).map(([first, last]): Part => {
    const [i0, i1, i2, i3] = [a, g, am, av].map((at) => at + first * 4) as [number, number, number, number];
    const [o0, o1, o2] = [to, toM, toV].map((at) => at + first * 4) as [number, number, number];
    return ['adam', i0, i1, i2, i3, o0, o1, o2, last - first, ...factors];
  });
  runParts(backend, parts);
  return outputs;
};

const sgd: NativeKernel = (args) => {
  const { value, gradient, velocity } = args.inputs as {
    value: TensorInfo;
    gradient: TensorInfo;
    velocity?: TensorInfo;
  };
  const { learningRate, momentum, nesterov, weightDecay } = args.attrs as unknown as SgdAttrs;
  const backend = args.backend as WasmBackend;
  const outputs = fresh(backend, value.shape, velocity ? 2 : 1);
  const [to, toVelocity] = outputs.map((tensor) => addressOf(backend, tensor)) as [number, number?];
  const [a, g] = [addressOf(backend, value), addressOf(backend, gradient)];
  const size = util.sizeFromShape(value.shape);
  const u = velocity ? addressOf(backend, velocity) : 0;
  const factors = [learningRate, momentum, nesterov, weightDecay] as const;
  kernelsOf(backend).sgd(a, g, u, to, toVelocity ?? 0, size, ...factors);
  return outputs;
};

/**
 * Registers the fused optimiser steps. All tensors are float32 of one shape; every output is a fresh tensor (to be given
 * to `variable.assign`: weights changed in place are not seen by the stock backend, which keeps packed copies).
 *
 * `RelumineAdam`: inputs `{ value, gradient, m, v }`, attributes {@link AdamAttrs}, outputs `[value', m', v']` with
 * m' = β₁ m + (1 − β₁) g, v' = β₂ v + (1 − β₂) g², value' = (1 − lr · weightDecay) value −
 * lr · m' / (1 − β₁ᵗ) / (√(v' / (1 − β₂ᵗ)) + ε).
 *
 * `RelumineSgd`: inputs `{ value, gradient }` (and `{ velocity }` with momentum), attributes {@link SgdAttrs}, outputs
 * `[value']` (and `velocity'`) with g = gradient + weightDecay · value, velocity' = momentum · velocity + g, value' =
 * value − lr · (velocity', or g + momentum · velocity' with nesterov, or g without velocity).
 */
export function registerOptimizers(): void {
  replaceKernel('RelumineAdam', adam);
  replaceKernel('RelumineSgd', sgd);
}

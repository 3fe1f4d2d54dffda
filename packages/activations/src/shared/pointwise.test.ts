import '@tensorflow/tfjs-layers';
import {
  add,
  grad,
  type KernelFunc,
  memory,
  mul,
  onesLike,
  registerKernel,
  sum,
  type Tensor,
  tensor1d,
  tidy,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import { expectTensorClose, useBackend } from '@tooling/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { silu } from '../functions/silu';

const kernelName = 'RelumineSiluSlope';
const backendName = 'cpu';
let calls = 0;

/** A stand-in whose slope is 7 everywhere, so that it shows where it was used. */
const kernelFunc = (({ inputs }) => {
  calls++;
  return tidy(() => [add(inputs.x as Tensor, 0), mul(onesLike(inputs.x as Tensor), 7)]);
}) as KernelFunc;

beforeEach(async () => {
  await useBackend(backendName);
  calls = 0;
  registerKernel({ kernelName, backendName, kernelFunc });
});
afterEach(() => unregisterKernel(kernelName, backendName));

test('a first gradient keeps the slope that the kernel gives; nothing leaks', () => {
  const z = tensor1d([-1, 0, 2]);
  const before = memory().numTensors;
  const slope = grad((x: Tensor) => sum(silu(x)))(z);
  expectTensorClose(slope, [7, 7, 7], { relative: 0, absolute: 0 });
  slope.dispose();
  expect([calls, memory().numTensors]).toEqual([1, before]);
});

test('outside of gradients, and inside the gradient of a gradient, the slope is not computed', () => {
  const z = tensor1d([-1, 0, 2]);
  silu(z).dispose();
  const first = grad((x: Tensor) => sum(silu(x)));
  const bend = grad((x: Tensor) => sum(first(x)))(z);
  expect(calls).toBe(0);
  const sigma = (v: number): number => 1 / (1 + Math.exp(-v));
  const exact = [-1, 0, 2].map((v) => sigma(v) * sigma(-v) * (2 + v * (1 - 2 * sigma(v))));
  expectTensorClose(bend, exact, { relative: 1e-5, absolute: 1e-6 });
});

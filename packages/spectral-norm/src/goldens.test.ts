import { startWasm } from '@relumine/wasm-backend';
import {
  dispose,
  grad,
  memory,
  mul,
  sum,
  type Tensor,
  type Tensor2D,
  tensor,
  tensor1d,
  transpose,
} from '@tensorflow/tfjs-core';
import { golden, number } from '@tooling/goldens';
import { countTensors, expectNoLeak, expectTensorClose, useBackend } from '@tooling/testing';
// Brings the gradients of stock operations, which the tests' own losses need.
import '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createSpectralState, powerIteration, type SpectralState, spectralNormalize } from './index';

interface Step {
  k: number;
  u: number[];
  v: number[];
  sigma: number;
  weight?: (number | string)[];
  cotangent?: number[];
  gradOriginal?: number[];
}

interface Case {
  id: string;
  layer: string;
  weightShape: number[];
  dim: number;
  nPowerIterations: number;
  eps: number;
  weight: number[];
  u0: number[];
  v0: number[];
  sigma0: number;
  evalWeight0: (number | string)[];
  train: Step[];
}

const { cases } = golden<{ cases: Case[] }>('spectral_norm');

/** PyTorch's axes [out, in, …] as they lie in a tfjs kernel […, in, out]; for transposed convolutions [in, out, …] as […, out, in]. */
const toTfjs = (rank: number): number[] => (rank === 2 ? [1, 0] : [2, 3, 1, 0]);
const toTorch = (rank: number): number[] => (rank === 2 ? [1, 0] : [3, 2, 0, 1]);

/** The output axis in tfjs's layout. */
const outputAxis = ({ weightShape, dim }: Case): number => toTfjs(weightShape.length).indexOf(dim);

/** The order of tfjs's columns (the kernel's other axes in place) among PyTorch's. */
function columnOrder({ weightShape, dim }: Case): number[] {
  const rest = weightShape.map((_, axis) => axis).filter((axis) => axis !== dim);
  const strides = new Map<number, number>();
  let stride = 1;
  for (const axis of [...rest].reverse()) {
    strides.set(axis, stride);
    stride *= weightShape[axis]!;
  }
  const tfjsRest = toTfjs(weightShape.length).filter((axis) => axis !== dim);
  return Array.from({ length: stride }, (_, column) => {
    let [left, index] = [column, 0];
    for (const axis of [...tfjsRest].reverse()) {
      index += (left % weightShape[axis]!) * strides.get(axis)!;
      left = Math.floor(left / weightShape[axis]!);
    }
    return index;
  });
}

/** PyTorch's float64 divides by a sigma of 1e-113 in one case: float32 has neither that sigma nor the quotient. */
const fits = (values: readonly (number | string)[]): boolean =>
  values.every((value) => !(Math.abs(number(value)) > 3e38));

const mine: Tensor[] = [];
const own = <T extends Tensor>(one: T): T => {
  mine.push(one);
  return one;
};
afterEach(() => dispose(mine.splice(0)));

const kernelOf = (values: readonly (number | string)[], { weightShape }: Case): Tensor => {
  const torch = tensor(values.map(number), weightShape);
  const kernel = own(transpose(torch, toTfjs(weightShape.length)));
  torch.dispose();
  return kernel;
};
const torchValues = (kernel: Tensor): ArrayLike<number> => {
  const torch = transpose(kernel, toTorch(kernel.shape.length));
  const values = torch.dataSync();
  torch.dispose();
  return values;
};

// The native kernels stay registered once they are: the stock backend comes before them.
describe.each([
  ['cpu', () => useBackend('cpu') as Promise<unknown>],
  ['stock wasm', () => useBackend('wasm') as Promise<unknown>],
  ['wasm with native kernels', () => startWasm() as Promise<unknown>],
])('PyTorch on %s', (_, start) => {
  beforeEach(async () => {
    await start();
  });

  test.each(cases)('$id: every training step, inference, and the gradient through sigma', (one) => {
    const kernel = kernelOf(one.weight, one);
    const axis = outputAxis(one);
    const order = columnOrder(one);
    const isZero = one.weight.every((w) => w === 0);
    let state: SpectralState = { u: own(tensor1d(one.u0)), v: own(tensor1d(order.map((i) => one.v0[i]!))) };
    const options = { axis, epsilon: one.eps, iterations: one.nPowerIterations };

    const frozen = spectralNormalize(kernel, state, { ...options, training: false });
    mine.push(frozen.kernel, frozen.sigma, frozen.state.u, frozen.state.v);
    expectTensorClose(frozen.sigma, [one.sigma0], { relative: 1e-5, absolute: 1e-12 });
    if (!isZero && fits(one.evalWeight0))
      expectTensorClose(torchValues(frozen.kernel), one.evalWeight0.map(number), { relative: 1e-5, absolute: 1e-7 });

    const kept = new Map(one.train.map((step) => [step.k, step]));
    for (let k = 1; k <= Math.max(...kept.keys()); k++) {
      const before = state;
      const next = spectralNormalize(kernel, state, options);
      mine.push(next.kernel, next.sigma, next.state.u, next.state.v);
      state = next.state;
      const step = kept.get(k);
      if (!step) continue;
      expectTensorClose(next.state.u, step.u, { relative: 1e-5, absolute: 2e-7 });
      expectTensorClose(
        next.state.v,
        order.map((i) => step.v[i]!),
        { relative: 1e-5, absolute: 2e-7 },
      );
      expectTensorClose(next.sigma, [step.sigma], { relative: 1e-5, absolute: 1e-12 });
      // A zero kernel is the one difference: PyTorch divides 0 by 0.
      const expected = isZero ? one.weight : step.weight?.map(number);
      if (expected && fits(expected))
        expectTensorClose(torchValues(next.kernel), expected, { relative: 1e-5, absolute: 1e-7 });
      if (!step.cotangent || !step.gradOriginal || isZero || !fits(step.gradOriginal)) continue;
      const cotangent = kernelOf(step.cotangent, one);
      const gradient = own(
        grad((x: Tensor) => {
          const run = spectralNormalize(x, before, options);
          return sum(mul(run.kernel, cotangent));
        })(kernel),
      );
      const largest = Math.max(...step.gradOriginal.map(Math.abs));
      expectTensorClose(torchValues(gradient), step.gradOriginal, { relative: 1e-5, absolute: 1e-5 * largest });
    }
  });
});

describe.each([
  ['cpu', () => useBackend('cpu') as Promise<unknown>],
  ['wasm', () => startWasm() as Promise<unknown>],
])('NaN on %s', (_, start) => {
  beforeEach(async () => {
    await start();
  });

  const wayOut = 'Look at how it was initialised or trained: a step that diverged leaves NaN behind.';

  test.each([
    [Number.NaN, {}],
    [Number.NaN, { onlyIfLarger: true }],
    [Number.NaN, { training: false }],
    [Number.NEGATIVE_INFINITY, {}],
  ])('%d in a kernel is refused by each step, %j, nothing leaks', async (value, options) => {
    const kernel = own(tensor([1, value, 2, 3, 4, 5], [3, 2]));
    const state = { u: own(tensor1d([1, 0])), v: own(tensor1d([1, 0, 0])) };
    const turned = { u: state.v, v: state.u };
    await expectNoLeak(() => {
      for (const [axis, start] of [[-1, state] as const, [0, turned] as const])
        expect(() => spectralNormalize(kernel, start, { ...options, axis })).toThrow(
          `[relumine/spectral-norm/spectralNormalize] \`kernel\` must be finite. Received: ${value}. ${wayOut}`,
        );
      expect(() => powerIteration(kernel as Tensor2D, turned)).toThrow(
        `[relumine/spectral-norm/powerIteration] \`matrix\` must be finite. Received: ${value}. ${wayOut}`,
      );
    });
  });

  test('a finite kernel whose sums overflow passes: sigma says so', () => {
    const kernel = own(tensor([3e38, 3e38, 3e38, 3e38], [2, 2]));
    const state = { u: own(tensor1d([1, 0])), v: own(tensor1d([1, 0])) };
    const run = spectralNormalize(kernel, state);
    mine.push(run.kernel, run.sigma, run.state.u, run.state.v);
    expect(run.sigma.shape).toEqual([]);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])(
    'is no start: %d in a kernel is refused, nothing leaks',
    (value) => {
      const kernel = own(tensor([1, value, 2, 3, 4, 5], [2, 3]));
      const before = memory().numTensors;
      expect(() => createSpectralState(kernel, { seed: 1 })).toThrow(
        `[relumine/spectral-norm/createSpectralState] \`kernel\` must be finite. Received: ${value}. Look at how it was initialised or trained: a step that diverged leaves NaN behind.`,
      );
      expect(memory().numTensors).toBe(before);
    },
  );
});

describe('theorems', () => {
  beforeEach(() => useBackend('wasm'));

  test('after enough steps the largest singular value is 1, and sigma never exceeds the Frobenius norm', () => {
    const kernel = own(tensor([3, 0, 0, 1], [2, 2]));
    const state = createSpectralState(kernel, { seed: 1, warmUp: 60 });
    const { kernel: normalized, sigma, state: next } = spectralNormalize(kernel, state);
    mine.push(normalized, sigma, state.u, state.v, next.u, next.v);
    expectTensorClose(sigma, [3], { relative: 1e-6 });
    expectTensorClose(normalized, [1, 0, 0, 1 / 3], { relative: 1e-6, absolute: 1e-7 });
  });

  test('a zero kernel stays as it is, with sigma 0 and an unchanged gradient', () => {
    const kernel = own(tensor([0, 0, 0, 0, 0, 0], [2, 3]));
    const state = createSpectralState(kernel, { seed: 1 });
    mine.push(state.u, state.v);
    const { kernel: same, sigma, state: next } = spectralNormalize(kernel, state);
    mine.push(same, sigma, next.u, next.v);
    expect([...same.dataSync()]).toEqual([0, 0, 0, 0, 0, 0]);
    expect(sigma.dataSync()[0]).toBe(0);
    const gradient = own(grad((x: Tensor) => sum(spectralNormalize(x, state).kernel))(kernel));
    expect([...gradient.dataSync()]).toEqual([1, 1, 1, 1, 1, 1]);
  });

  test('nothing leaks, on error paths too, and errors are named', () => {
    const [flat, kernel] = [own(tensor1d([1, 2])), own(tensor([1, 2, 3, 4, 5, 6], [2, 3]))];
    const state = createSpectralState(kernel, { seed: 'a' });
    mine.push(state.u, state.v);
    const before = countTensors();
    const run = spectralNormalize(kernel, state);
    dispose([run.kernel, run.sigma, run.state.u, run.state.v]);
    const swapped = { u: state.v, v: state.u };
    expect(() => spectralNormalize(kernel, swapped)).toThrow(
      '[relumine/spectral-norm/powerIteration] `state` must have u of shape [3] and v of shape [2] for a matrix of shape [3, 2]. Received: u [2] and v [3]. Make one with createSpectralState.',
    );
    expect(() => spectralNormalize(flat, state)).toThrow(
      '[relumine/spectral-norm/spectralNormalize] `kernel` must have rank 2 or more. Received: shape [2]. Reshape it first.',
    );
    expect(() => spectralNormalize(kernel, state, { iterations: 0 })).toThrow(
      '`options.iterations` must be an integer of at least 1',
    );
    expect(() => spectralNormalize(kernel, state, { axis: 2 })).toThrow(
      '`options.axis` must be an axis of a kernel of rank 2. Received: 2.',
    );
    for (const iterations of [0, -1, 1.5])
      expect(() => powerIteration(kernel as never, swapped, { iterations })).toThrow(
        `[relumine/spectral-norm/powerIteration] \`options.iterations\` must be an integer of at least 1. Received: ${iterations}.`,
      );
    expect(countTensors()).toEqual(before);
  });
});

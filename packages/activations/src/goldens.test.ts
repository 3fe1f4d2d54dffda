import { startWasm } from '@relumine/wasm-backend';
import { dispose, grad, grads, ones, sum, type Tensor, tensor, tensor1d } from '@tensorflow/tfjs-core';
import { golden, number } from '@tooling/goldens';
import { countTensors, expectTensorClose, useBackend } from '@tooling/testing';
// Brings the gradients of stock operations, which the tests' own losses need.
import '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { activation, elu, gain, leakyRelu, prelu, relu } from './index';

type Num = number | string | null;

interface Case {
  id: string;
  name: string;
  params: { negative_slope?: number; alpha?: number; weight?: number[] };
  exact?: Num[];
  f64: { y: Num[]; dydx: Num[] };
}

const file = golden<{ x: Num[]; cases: Case[] }>('activations');
const x = file.x.map(number);

const functions: Record<string, (params: Case['params']) => (z: Tensor) => Tensor> = {
  ReLU: () => relu,
  LeakyReLU: (p) => (z) => leakyRelu(z, { negativeSlope: p.negative_slope! }),
  ELU: (p) => (z) => elu(z, { alpha: p.alpha! }),
  PReLU: (p) => (z) => prelu(z, tensor1d(p.weight!)),
};
const cases = file.cases.filter(
  ({ name, exact, params }) => functions[name] && exact && (params.weight?.length ?? 1) === 1,
);

const leftovers: Tensor[] = [];
afterEach(() => dispose(leftovers.splice(0)));

const backends: [string, () => Promise<unknown>][] = [
  ['cpu', () => useBackend('cpu')],
  ['stock wasm', () => useBackend('wasm')],
  ['wasm with native kernels', () => startWasm()],
];

// The native kernels stay registered once they are: the stock backend comes before them.
describe.each(backends)('%s', (_, start) => {
  beforeEach(async () => {
    await start();
  });

  test.each(cases)('$id: 60-digit values, and gradients', ({ name, params, exact, f64 }) => {
    const z = tensor1d(x);
    const f = functions[name]!(params);
    const y = f(z);
    const dx = grad((one: Tensor) => sum(f(one)))(z);
    leftovers.push(z, y, dx);
    // Where no 60-digit value was computed (beyond 1e4), the definition's own limit is taken from PyTorch's float64.
    const values = exact!.map((value, i) => number(value ?? f64.y[i]!));
    // One step of the subnormal numbers: below 1e-38 there are no more digits.
    expectTensorClose(y, values, { relative: 1e-6, absolute: 1.5e-45 });
    // PyTorch lets a slope through where x is NaN; here NaN stays NaN.
    const expected = f64.dydx.map((value, i) => (Number.isNaN(x[i]) ? Number.NaN : number(value)));
    expectTensorClose(dx, expected, { relative: 1e-6, absolute: 2e-7 });
  });

  test('NaN and infinities: NaN in, NaN out, forward and backward', () => {
    const z = tensor1d([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e-40, -1e-40]);
    leftovers.push(z);
    for (const [f, values] of [
      [relu, [Number.NaN, Infinity, 0, 1e-40, 0]],
      [leakyRelu, [Number.NaN, Infinity, -Infinity, 1e-40, -1e-42]],
      [elu, [Number.NaN, Infinity, -1, 1e-40, -1e-40]],
    ] as const) {
      const [y, dx] = [f(z), grad((one: Tensor) => sum(f(one)))(z)];
      leftovers.push(y, dx);
      expectTensorClose(y, values, { relative: 1e-6, absolute: 2e-45 });
      expect(dx.dataSync()[0]).toBeNaN();
    }
  });

  test('a slope for each channel learns from its own channel', () => {
    const [z, alpha] = [
      tensor([
        [-1, 2, -3],
        [-2, -4, 5],
      ]),
      tensor1d([0.25, -0.5, 1.5]),
    ];
    const [dx, dalpha] = grads((a: Tensor, b: Tensor) => sum(prelu(a, b)))([z, alpha]) as [Tensor, Tensor];
    const y = prelu(z, alpha);
    leftovers.push(z, alpha, dx, dalpha, y);
    expect([...y.dataSync()]).toEqual([-0.25, 2, -4.5, -0.5, 2, 5]);
    expect([...dx.dataSync()]).toEqual([0.25, 1, 1.5, 0.25, -0.5, 1]);
    expect([...dalpha.dataSync()]).toEqual([-3, -4, -3]);
  });

  test('by name: apply, derivative; nothing leaks, on error paths too', () => {
    const z = tensor1d([-2, 3]);
    const flat = ones([2], 'int32');
    const before = countTensors();
    for (const name of ['linear', 'relu', 'leakyRelu', 'prelu', 'elu'] as const) {
      const f = activation(name);
      dispose([f.apply(z), f.derivative(z)]);
      if (name !== 'linear') expect(() => f.apply(flat)).toThrow('must be a float32 tensor. Received: int32[2].');
    }
    expect(() => prelu(z, ones([3]))).toThrow();
    expect(countTensors().tensors).toBe(before.tensors + 1);
    dispose([z, flat]);
  });
});

test('gains are PyTorch’s where it tabulates, else by quadrature', () => {
  expect(gain('relu')).toBe(Math.SQRT2);
  expect(gain('leakyRelu')).toBeCloseTo(1.414143, 6);
  expect(gain('prelu')).toBeCloseTo(1.371989, 6);
  expect(gain('elu')).toBeCloseTo(1.245198, 5);
  expect(gain('linear')).toBe(1);
});

test('wrong names and parameters are named', () => {
  expect(() => activation('leaky_relu' as 'relu')).toThrow(
    '[relumine/activations/activation] `name` must be one of linear, relu, leakyRelu, prelu, elu. Received: "leaky_relu". Did you mean \'leakyRelu\'?',
  );
  expect(() => elu(ones([1]), { alpha: Number.NaN })).toThrow(
    '[relumine/activations/elu] `options.alpha` must be a finite number. Received: NaN.',
  );
});

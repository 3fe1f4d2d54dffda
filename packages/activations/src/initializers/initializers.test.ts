import { golden } from '@tooling/goldens';
import { expect, test } from 'vitest';
import { asymmetricValues, gain, kaimingValues, leCunValues, orthogonalValues, xavierValues } from '../index';

const shape = [3, 3, 64, 128] as const;
const [fanIn, fanOut] = [9 * 64, 9 * 128];

function moments(values: Float32Array): { mean: number; deviation: number; largest: number } {
  let [sum, squares, largest] = [0, 0, 0];
  for (const value of values) {
    sum += value;
    squares += value * value;
    largest = Math.max(largest, Math.abs(value));
  }
  const mean = sum / values.length;
  return { mean, deviation: Math.sqrt(squares / values.length - mean * mean), largest };
}

// 73,728 values: the standard error of a deviation is 0.26 %, three of them 0.8 %.
test.each([
  ['kaiming normal', kaimingValues(shape, { seed: 1 }), Math.SQRT2 / Math.sqrt(fanIn)],
  ['kaiming uniform', kaimingValues(shape, { seed: 1, distribution: 'uniform' }), Math.SQRT2 / Math.sqrt(fanIn)],
  ['kaiming fanOut', kaimingValues(shape, { seed: 1, mode: 'fanOut' }), Math.SQRT2 / Math.sqrt(fanOut)],
  ['kaiming tanh', kaimingValues(shape, { seed: 2, activation: 'tanh' }), gain('tanh') / Math.sqrt(fanIn)],
  ['xavier', xavierValues(shape, { seed: 3, gain: 2 }), 2 * Math.sqrt(2 / (fanIn + fanOut))],
  ['xavier uniform', xavierValues(shape, { seed: 3, distribution: 'uniform' }), Math.sqrt(2 / (fanIn + fanOut))],
  ['leCun', leCunValues(shape, { seed: 4 }), 1 / Math.sqrt(fanIn)],
])('%s has mean 0 and its deviation', (name, values, deviation) => {
  const found = moments(values);
  expect(Math.abs(found.mean)).toBeLessThan((4 * deviation) / Math.sqrt(values.length));
  expect(found.deviation / deviation).toBeCloseTo(1, 2);
  if (name.includes('uniform')) expect(found.largest).toBeLessThanOrEqual(Math.fround(Math.sqrt(3) * deviation));
});

test.each([[[3, 3, 4, 20]], [[2, 2, 3, 40]], [[7, 7]]])(
  'orthogonal kernels %j: columns, or rows, are orthonormal times the gain',
  (kernelShape) => {
    const values = orthogonalValues(kernelShape, { seed: 1, gain: 2 });
    const out = kernelShape.at(-1)!;
    const inputs = values.length / out;
    const at = (i: number, j: number): number => values[i * out + j]!;
    const tall = inputs >= out;
    const count = Math.min(inputs, out);
    for (let a = 0; a < count; a++) {
      for (let b = 0; b < count; b++) {
        let dot = 0;
        for (let k = 0; k < Math.max(inputs, out); k++) dot += tall ? at(k, a) * at(k, b) : at(a, k) * at(b, k);
        expect(dot).toBeCloseTo(a === b ? 4 : 0, 5);
      }
    }
  },
);

test('asymmetric: one value of each unit, or its bias, is drawn from Beta(2, 1)', () => {
  const { kernel, bias } = asymmetricValues([1, 4000], { seed: 1 });
  // fanIn 1: for half of the units it is the weight, for the others the bias.
  const spread = 0.6007;
  expect(moments(kernel).mean).toBeCloseTo(1 / 3, 1);
  expect(moments(bias).mean).toBeCloseTo(1 / 3, 1);
  const squares = kernel.reduce((sum, value) => sum + value * value, 0) / 4000;
  expect(squares).toBeCloseTo(0.5 * spread ** 2 + 0.5 * 0.5, 1);
  expect(asymmetricValues([1, 4000], { seed: 1 }).kernel).toEqual(kernel);
});

test('born-dead networks of 10 layers and width 2: RAI saves most of them (0.233 against 0.881)', () => {
  const inputs = Array.from({ length: 41 }, (_, i) => Math.sqrt(3) * ((i - 20) / 20));
  const isDead = (
    seed: number,
    make: (shape: number[], seed: number) => { kernel: Float32Array; bias: Float32Array },
  ) => {
    let h = inputs.map((x) => [x]);
    for (let layer = 0; layer < 9; layer++) {
      const { kernel, bias } = make([h[0]!.length, 2], seed * 100 + layer);
      h = h.map((row) =>
        [0, 1].map((j) =>
          Math.max(
            0,
            row.reduce((sum, value, i) => sum + value * kernel[i * 2 + j]!, bias[j]!),
          ),
        ),
      );
    }
    return h.every((row) => row.every((value) => value === 0)) || h.every((row) => row.join() === h[0]!.join());
  };
  const share = (make: Parameters<typeof isDead>[1]): number => {
    let dead = 0;
    for (let seed = 0; seed < 1500; seed++) if (isDead(seed, make)) dead++;
    return dead / 1500;
  };
  const he = share((s, seed) => ({ kernel: kaimingValues(s, { seed }), bias: new Float32Array(2) }));
  const rai = share((s, seed) => asymmetricValues(s, { seed }));
  expect(he).toBeGreaterThan(0.8);
  expect(rai).toBeLessThan(0.35);
});

test('same seed, same values; wrong arguments are named', () => {
  expect(kaimingValues([2, 3], { seed: 7 })).toEqual(kaimingValues([2, 3], { seed: 7 }));
  expect(kaimingValues([2, 3], { seed: 7 })).not.toEqual(kaimingValues([2, 3], { seed: 8 }));
  expect(() => kaimingValues([3], { seed: 1 })).toThrow(
    '[relumine/activations/kaimingValues] `shape` must be a kernel shape of rank 2 or more, [...spatial, in, out]. Received: [3].',
  );
  expect(() => kaimingValues([3, 3], { seed: 1, mode: 'fan' as 'fanIn' })).toThrow('must be one of fanIn, fanOut');
});

interface Golden {
  gains: { nonlinearity: string; param: number | null; gain: number }[];
  bounds: {
    kind: string;
    shape: number[];
    mode: 'fan_in' | 'fan_out';
    nonlinearity: string;
    param: number | null;
    kaimingUniformBound: number;
    kaimingNormalStd: number;
    xavierUniformBound: number;
    xavierNormalStd: number;
  }[];
}

const init = golden<Golden>('init');
const paramsOf = (name: string, param: number | null): Record<string, number> =>
  name === 'leaky_relu' && param !== null ? { negativeSlope: param } : {};

test.each(init.gains.filter(({ nonlinearity }) => nonlinearity !== 'conv2d'))('PyTorch’s gain of %j', (row) => {
  expect(gain(row.nonlinearity as 'relu', paramsOf(row.nonlinearity, row.param))).toBeCloseTo(row.gain, 14);
});

test.each(init.bounds)('PyTorch’s bounds for %j', (row) => {
  // OIHW and [out, in] become HWIO and [in, out].
  const [out, inputs, ...field] = row.shape;
  const ours = [...field, inputs!, out!];
  const mode = row.mode === 'fan_in' ? 'fanIn' : 'fanOut';
  const activation = row.nonlinearity as 'relu';
  const params = paramsOf(row.nonlinearity, row.param);
  const uniform = Array.from({ length: 400 }, (_, seed) => {
    const values = kaimingValues(ours, { seed, mode, activation, params, distribution: 'uniform' });
    return [
      moments(values).largest,
      moments(xavierValues(ours, { seed, distribution: 'uniform', gain: gain(activation, params) })).largest,
    ];
  });
  const largest = (k: number): number => Math.max(...uniform.map((pair) => pair[k]!));
  for (const [k, bound] of [row.kaimingUniformBound, row.xavierUniformBound].entries()) {
    expect(largest(k)).toBeLessThanOrEqual(bound * (1 + 1e-6));
    expect(largest(k)).toBeGreaterThan(0.98 * bound);
  }
});

import { createRandom } from '@relumine/core';
import { startWasm } from '@relumine/wasm-backend';
import { dispose, ones, type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import { golden } from '@tooling/goldens';
import { expectNoLeak, useBackend } from '@tooling/testing';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { gramIteration, normBounds, operatorNorm, type Padding, singularValues } from '../index';

interface Norm {
  n: number;
  stride: number;
  padding: 'circular' | 'same' | 'valid' | 'torch';
  sigma: number;
  top: number[];
  frobeniusSquared: number;
}
interface Case {
  id: string;
  kernelShapeHWIO: [number, number, number, number];
  kernelHWIO: number[];
  norms: Norm[];
}

const { cases } = golden<{ cases: Case[] }>('conv_norm');
const rows = cases.flatMap((one) => one.norms.map((norm) => ({ ...one, ...norm })));
const relative = (actual: number, expected: number): number => Math.abs(actual / expected - 1);

const kernels: Tensor4D[] = [];
afterEach(() => dispose(kernels.splice(0)));

function kernelOf({ kernelHWIO, kernelShapeHWIO }: Case): Tensor4D {
  const kernel = tensor4d(kernelHWIO, kernelShapeHWIO);
  kernels.push(kernel);
  return kernel;
}

/** Values that nobody chose: sin(i + 1) in row-major order. */
function sines(shape: [number, number, number, number]): Tensor4D {
  const size = shape.reduce((product, n) => product * n, 1);
  const kernel = tensor4d(
    Array.from({ length: size }, (_, i) => Math.sin(i + 1)),
    shape,
  );
  kernels.push(kernel);
  return kernel;
}

describe.each([
  ['wasm', () => startWasm() as Promise<unknown>],
  ['cpu', () => useBackend('cpu') as Promise<unknown>],
])('operatorNorm on %s', (_, start) => {
  beforeAll(async () => {
    await start();
  });

  test.each(rows)('$id, $n × $n, stride $stride, $padding', async (row) => {
    const kernel = kernelOf(row);
    const padding: Padding = row.padding === 'torch' ? row.kernelShapeHWIO[0] >> 1 : row.padding;
    const sigma = await operatorNorm(kernel, { inputShape: [row.n, row.n], strides: row.stride, padding });
    expect(relative(sigma, row.sigma)).toBeLessThan(1e-4);
  });
});

test.each(rows.filter(({ padding, stride }) => padding === 'circular' && stride === 1))(
  'all singular values of $id on $n × $n',
  async (row) => {
    const values = await singularValues(kernelOf(row), { inputShape: [row.n, row.n] });
    const [, , inputs, outputs] = row.kernelShapeHWIO;
    expect(values.length).toBe(row.n * row.n * Math.min(inputs, outputs));
    for (const [i, sigma] of row.top.entries()) expect(relative(values[i]!, sigma)).toBeLessThan(1e-6);
    const squares = values.reduce((sum, value) => sum + value * value, 0);
    expect(relative(squares, row.frobeniusSquared)).toBeLessThan(1e-5);
    for (let i = 1; i < values.length; i++) expect(values[i]).toBeLessThanOrEqual(values[i - 1]!);
  },
);

/** Largest and smallest circular value at n = 8, same, valid, same and valid at stride 2, the two bounds. */
const anchors: [[number, number, number, number], number[]][] = [
  [
    [3, 3, 2, 4],
    [12.09023588, 0.03079431, 11.75877363, 11.31136238, 7.14945483, 6.97156054, 13.49339177, 12.787302],
  ],
  [
    [3, 3, 3, 8],
    [20.61857553, 0, 20.41532464, 19.71784019, 11.94069825, 11.6751523, 23.80449747, 22.168263],
  ],
  [
    [5, 5, 2, 3],
    [28.30905961, 0.00012924, 25.04804186, 18.62335198, 14.0892063, 10.72117274, 33.00587819, 31.347101],
  ],
];

test.each(anchors)('published anchors of %j', async (shape, expected) => {
  await useBackend('cpu');
  const kernel = sines(shape);
  const inputShape = [8, 8] as const;
  const all = await singularValues(kernel, { inputShape });
  const norm = (padding: Padding, strides = 1): Promise<number> =>
    operatorNorm(kernel, { inputShape, padding, strides });
  const bounds = await normBounds(kernel);
  const found = [
    all[0]!,
    all.at(-1)!,
    await norm('same'),
    await norm('valid'),
    await norm('same', 2),
    await norm('valid', 2),
    bounds.unfolding,
    bounds.tensor,
  ];
  for (const [i, value] of found.entries())
    expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-5 * Math.max(1, expected[i]!));
});

test('ones: σ of the matrix is 3, of the convolution 9', async () => {
  const kernel = ones([3, 3, 1, 1]) as Tensor4D;
  kernels.push(kernel);
  expect(await operatorNorm(kernel, { inputShape: [8, 8], padding: 'circular' })).toBeCloseTo(9, 4);
  expect((await normBounds(kernel)).tensor).toBeCloseTo(9, 6);
  const zeros = await operatorNorm(kernel, { inputShape: [8, 8], padding: 'same' });
  expect(zeros).toBeCloseTo((1 + 2 * Math.cos(Math.PI / 9)) ** 2, 4);
});

test.each([
  [
    [3, 3, 2, 4],
    [12.0902375, 12.09023588],
  ],
  [
    [3, 3, 3, 8],
    [20.61920838, 20.61857557, 20.61857553],
  ],
  [
    [5, 5, 2, 3],
    [28.30906255, 28.30905961],
  ],
] as [[number, number, number, number], number[]][])('Gram iteration of %j comes from above', async (shape, bounds) => {
  const kernel = sines(shape);
  for (const [i, bound] of bounds.entries()) {
    // One squaring more than published there: the first one is the Gram matrix itself.
    const found = await Promise.all(
      [1, 2, 3, 4, 5, 6].map((iterations) => gramIteration(kernel, { inputShape: [8, 8], iterations })),
    );
    expect(Math.min(...found.map((value) => Math.abs(value - bound)))).toBeLessThan(2e-6 + i * 1e-9);
    for (let t = 1; t < found.length; t++) expect(found[t]).toBeLessThanOrEqual(found[t - 1]! + 1e-9);
  }
});

test('a dilated kernel is the kernel with its gaps filled with zeros', async () => {
  const kernel = sines([3, 3, 2, 3]);
  const spread = tensor4d(new Float32Array(5 * 5 * 6), [5, 5, 2, 3]);
  const values = spread.arraySync();
  const own = kernel.arraySync();
  for (let i = 0; i < 3; i++) for (let j = 0; j < 3; j++) values[2 * i]![2 * j] = own[i]![j]!;
  const filled = tensor4d(values);
  kernels.push(spread, filled);
  const dilated = await operatorNorm(kernel, { inputShape: [9, 9], dilations: 2 });
  expect(relative(dilated, await operatorNorm(filled, { inputShape: [9, 9] }))).toBeLessThan(1e-6);
});

test('exact, by Lanczos and by power iteration: one norm; exact only on a torus', async () => {
  const kernel = sines([3, 3, 3, 8]);
  const options = { inputShape: [8, 7] as const, padding: 'circular' as const };
  const exact = await operatorNorm(kernel, { ...options, method: 'exact' });
  expect(exact).toBe(await operatorNorm(kernel, options));
  expect(exact).toBeCloseTo((await singularValues(kernel, options))[0]!, 5);
  expect(relative(await operatorNorm(kernel, { ...options, method: 'lanczos' }), exact)).toBeLessThan(1e-6);
  for (const more of [{ padding: 'same' as const }, { strides: 2 }, { dilations: 2 }])
    await expect(operatorNorm(kernel, { ...options, method: 'exact', ...more })).rejects.toThrow(
      `[relumine/spectral-norm/operatorNorm] \`options.method\` must be 'lanczos' or 'power' unless padding is 'circular' and strides and dilations are 1. Received: "exact".`,
    );
});

test('power iteration finds what Lanczos finds, in more steps', async () => {
  const kernel = sines([3, 3, 2, 4]);
  const options = { inputShape: [8, 8] as const, tolerance: 1e-8, iterations: 5000 };
  const power = await operatorNorm(kernel, { ...options, method: 'power' });
  expect(relative(power, await operatorNorm(kernel, options))).toBeLessThan(1e-5);
});

test('bounds hold for 1,000 random kernels, and Gram iteration is above the exact norm', async () => {
  await useBackend('cpu');
  const random = createRandom('bounds');
  for (let k = 0; k < 1000; k++) {
    const shape = [1 + random.integer(3), 1 + random.integer(3), 1 + random.integer(3), 1 + random.integer(3)];
    const size = shape.reduce((product, n) => product * n, 1);
    const values = Float32Array.from({ length: size }, () => random.normal());
    const kernel = tensor4d(values, shape as [number, number, number, number]);
    const inputShape = [3 + random.integer(5), 3 + random.integer(5)] as const;
    const [largest] = await singularValues(kernel, { inputShape });
    const { unfolding, tensor } = await normBounds(kernel, { starts: 6 });
    const gram = await gramIteration(kernel, { inputShape, iterations: 4 });
    const slack = 1 - 1e-6;
    expect([k, unfolding >= largest! * slack, tensor >= largest! * slack, gram >= largest! * slack]).toEqual([
      k,
      true,
      true,
      true,
    ]);
    expect(tensor).toBeLessThanOrEqual(unfolding * (1 + 1e-9));
    kernel.dispose();
  }
});

test('wrong arguments are named; nothing leaks', async () => {
  await useBackend('cpu');
  const kernel = sines([3, 3, 1, 1]);
  const broken = tensor4d([Number.NaN], [1, 1, 1, 1]);
  kernels.push(broken);
  const inputShape = [2, 8] as const;
  await expectNoLeak(async () => {
    await expect(operatorNorm(kernel, { inputShape, padding: 'valid' })).rejects.toThrow(
      '[relumine/spectral-norm/operatorNorm] `options.inputShape` must not be smaller than the kernel with padding "valid". Received: [2, 8] for a kernel that covers [3, 3]. Use padding "same".',
    );
    await expect(operatorNorm(broken, { inputShape })).rejects.toThrow('`kernel` must be finite. Received: NaN.');
    await expect(operatorNorm(kernel, { inputShape, padding: 'full' as 'same' })).rejects.toThrow(
      'must be one of same, valid, circular',
    );
    await expect(operatorNorm(kernel, { inputShape, strides: 0 })).rejects.toThrow(
      '`options.strides` must be an integer of at least 1',
    );
    await expect(operatorNorm(kernel, { inputShape: [8, 8], iterations: 1 })).rejects.toThrow('no convergence');
    await expect(singularValues(kernel, { inputShape: [0, 3] })).rejects.toThrow(
      '`options.inputShape` must be [height, width], two positive integers. Received: [0, 3].',
    );
    await expect(gramIteration(kernel, { inputShape, iterations: 0 })).rejects.toThrow('`options.iterations`');
    await operatorNorm(kernel, { inputShape: [8, 8] });
  });
});

test('a zero kernel has norm 0', async () => {
  const kernel = tensor4d(new Float32Array(9), [3, 3, 1, 1]);
  kernels.push(kernel);
  expect(await operatorNorm(kernel, { inputShape: [5, 5] })).toBe(0);
  expect(await gramIteration(kernel, { inputShape: [5, 5] })).toBe(0);
  expect(await normBounds(kernel)).toEqual({ unfolding: 0, tensor: 0 });
});

import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { createRandom } from '@relumine/core';
import * as tf from '@tensorflow/tfjs-core';
import { countTensors, expectNoLeak, maxRelativeToLargest } from '@tooling/testing';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { registerTrainingKernels } from '../index';

beforeAll(async () => {
  await registerTrainingKernels({ kernels: 'composed' });
  await tf.setBackend('cpu');
  await tf.setBackend('wasm');
});

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

function random(shape: number[], seed: number): tf.Tensor {
  const stream = createRandom(seed);
  return tf.tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => stream.normal()),
    shape,
  );
}

/** The values and the shape of `compute` on one backend. */
async function on(backend: 'wasm' | 'cpu', compute: () => tf.Tensor): Promise<{ values: number[]; shape: number[] }> {
  await tf.setBackend(backend);
  const y = await expectNoLeak(() => tf.tidy(compute), 1);
  const result = { values: [...y.dataSync()], shape: y.shape };
  y.dispose();
  return result;
}

async function agree(compute: () => tf.Tensor, tolerance: number): Promise<void> {
  const [actual, expected] = [await on('wasm', compute), await on('cpu', compute)];
  expect(actual.shape).toEqual(expected.shape);
  expect(maxRelativeToLargest(actual.values, expected.values)).toBeLessThanOrEqual(tolerance);
}

test('depthwise convolutions of any kernel, stride and padding', async () => {
  const sizes = fc.integer({ min: 1, max: 8 });
  const taps = fc.integer({ min: 1, max: 4 });
  const pad = fc.constantFrom<'same' | 'valid' | number>('same', 'valid', 1);
  const cases = fc.record({ h: sizes, w: sizes, kh: taps, kw: taps, stride: fc.integer({ min: 1, max: 3 }), pad });
  const possible = cases.filter(({ h, w, kh, kw, pad }) => pad === 'same' || (kh <= h && kw <= w));
  const property = async ({ h, w, kh, kw, stride, pad }: typeof possible extends fc.Arbitrary<infer T> ? T : never) => {
    const [x, filter] = [() => random([2, h, w, 3], h * w), () => random([kh, kw, 3, 2], kh * kw)];
    await agree(() => tf.depthwiseConv2d(x() as tf.Tensor4D, filter() as tf.Tensor4D, stride, pad), 1e-6);
  };
  await fc.assert(fc.asyncProperty(possible, property), { numRuns: 60, seed: 5 });
});

describe('NaN', () => {
  const values = [nan, -1, 7, 0.5, inf, -inf];
  test('goes through relu6, clip, maximum and minimum', async () => {
    await agree(() => tf.relu6(values), 0);
    expect((await on('wasm', () => tf.relu6(values))).values[0]).toBeNaN();
    await agree(() => tf.clipByValue(values, -0.5, 0.75), 0);
    const [column, row] = [[[nan], [0]], [[1, nan, -inf]]];
    for (const op of [tf.maximum, tf.minimum]) {
      await agree(() => op(tf.tensor2d(column), tf.tensor2d(row)), 0);
      await agree(() => op(tf.tensor1d(values), tf.scalar(0)), 0);
      await agree(() => op(tf.scalar(nan), tf.tensor1d(values)), 0);
    }
  });

  test('goes through convolutions, fused ones too', async () => {
    const holed = (random([1, 5, 5, 2], 3).dataSync() as Float32Array).slice();
    [holed[0], holed[30]] = [nan, inf];
    const image = (): tf.Tensor4D => tf.tensor(holed, [1, 5, 5, 2]);
    const filter = (): tf.Tensor4D => random([3, 3, 2, 3], 4) as tf.Tensor4D;
    const plain = (): tf.Tensor => tf.conv2d(image(), filter(), 1, 'same');
    await agree(plain, 1e-6);
    expect((await on('wasm', plain)).values[0]).toBeNaN();
    await agree(() => tf.depthwiseConv2d(image(), random([3, 3, 2, 2], 5) as tf.Tensor4D, 1, 'valid'), 1e-6);
    const fuse = (): tf.Tensor => {
      const bias = tf.tensor1d([1, 2, 3]);
      return tf.fused.conv2d({ x: image(), filter: filter(), strides: 1, pad: 'same', bias, activation: 'relu' });
    };
    await agree(fuse, 1e-6);
  });

  test('fills exactly the windows of a max pooling that hold it', async () => {
    // tfjs-backend-cpu loses it too, so the windows are found by pooling where the holes are.
    const plain = random([2, 6, 5, 2], 1).dataSync() as Float32Array;
    const holes = plain.map((_, i) => ([3, 40, 77, 78].includes(i) ? 1 : 0));
    const holed = plain.map((value, i) => (holes[i] ? nan : value));
    const filled = plain.map((value, i) => (holes[i] ? -inf : value));
    for (const [size, stride, pad] of [
      [2, 2, 'valid'],
      [3, 2, 'same'],
      [3, 1, 'same'],
    ] as const) {
      const pool = (x: Float32Array) => on('wasm', () => tf.maxPool(tf.tensor4d(x, [2, 6, 5, 2]), size, stride, pad));
      const [hole, value] = [(await pool(holes)).values, (await pool(filled)).values];
      expect((await pool(holed)).values).toEqual(value.map((v, i) => (hole[i] ? nan : v)));
    }
  });
});

test('prelu finds the slope of each place, whatever is shared', async () => {
  for (const [x, alpha] of [
    [
      [2, 3, 2, 4],
      [3, 1, 1],
    ],
    [
      [2, 3, 2, 4],
      [1, 2, 1],
    ],
    [
      [2, 3, 2, 4],
      [3, 1, 4],
    ],
    [
      [2, 3, 2, 4],
      [2, 1, 1, 1],
    ],
    [
      [2, 3, 2, 4],
      [2, 4],
    ],
    [
      [2, 1],
      [1, 3],
    ],
    [[4], [3, 4]],
  ] as const)
    await agree(() => tf.prelu(random([...x], 1), random([...alpha], 2)), 0);
});

test('sign knows small numbers', async () => {
  await agree(() => tf.sign([1e-8, -1e-8, 1e-45, 0, 3, -inf, nan]), 0);
});

describe('sums', () => {
  test('are added up in float64', async () => {
    const tenth = Math.fround(0.1);
    expect((await on('wasm', () => tf.sum(tf.fill([2 ** 20], 0.1)))).values[0]).toBe(Math.fround(tenth * 2 ** 20));
    expect((await on('wasm', () => tf.mean(tf.fill([2 ** 20], 0.1)))).values[0]).toBe(tenth);
  });

  test('over any axes equal those of tfjs-backend-cpu', async () => {
    const cases = fc.record({
      shape: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 5 }),
      mask: fc.integer({ min: 0, max: 31 }),
      keepDims: fc.boolean(),
      seed: fc.integer(),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ shape, mask, keepDims, seed }) => {
        const axes = shape.map((_, axis) => axis).filter((axis) => mask & (1 << axis));
        await agree(() => tf.sum(random(shape, seed), axes, keepDims), 1e-6);
        await agree(() => tf.mean(random(shape, seed), axes, keepDims), 1e-6);
      }),
      { numRuns: 40, seed: 2 },
    );
    await agree(() => tf.sum(tf.tensor2d([1, 2, 3, 4], [2, 2], 'int32'), 1), 0);
    await agree(() => tf.sum(tf.zeros([0, 3]), 0), 0);
  });
});

describe('matrix products', () => {
  test('with transposes and batches equal those of tfjs-backend-cpu', async () => {
    for (const [batchA, batchB] of [
      [[], []],
      [[3], [3]],
      [[2, 3], [3]],
    ] as const)
      for (const transposeA of [false, true])
        for (const transposeB of [false, true]) {
          const [m, k, n] = [5, 70, 3];
          await agree(() => {
            const a = random([...batchA, ...(transposeA ? [k, m] : [m, k])], 1);
            const b = random([...batchB, ...(transposeB ? [n, k] : [k, n])], 2);
            return tf.matMul(a, b, transposeA, transposeB);
          }, 2e-6);
        }
  });

  test('of integers are exact', async () => {
    const a = () => tf.tensor3d([16777217, 1, -5, 2, 3, 4, 7, 8], [2, 2, 2], 'int32');
    const b = () => tf.tensor2d([3, 1, 0, 2], [2, 2], 'int32');
    for (const [transposeA, transposeB] of [
      [false, false],
      [true, false],
      [false, true],
    ] as const)
      await agree(() => tf.matMul(a(), b(), transposeA, transposeB), 0);
    expect((await on('wasm', () => tf.matMul(a(), b()))).values[0]).toBe(3 * 16777217);
  });

  test('add the bias once and apply the activation once', async () => {
    for (const activation of ['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu'] as const)
      for (const [transposeA, batch] of [
        [true, []],
        [false, [2]],
        [false, []],
      ] as const)
        await agree(
          () =>
            tf.fused.matMul({
              a: random([...batch, ...(transposeA ? [100, 4] : [4, 100])], 3),
              b: random([...batch, 100, 6], 4),
              transposeA,
              bias: random([6], 5),
              activation,
              ...(activation === 'prelu' ? { preluActivationWeights: random([6], 6) } : {}),
              leakyreluAlpha: 0.3,
            }),
          2e-6,
        );
  });
});

test('einsum equals that of tfjs-backend-cpu', async () => {
  const cases: [string, number[][]][] = [
    [
      'ij,jk->ik',
      [
        [2, 3],
        [3, 4],
      ],
    ],
    [
      'ij,jk->ki',
      [
        [2, 3],
        [3, 4],
      ],
    ],
    [
      'bij,bjk->bik',
      [
        [2, 3, 4],
        [2, 4, 5],
      ],
    ],
    [
      'bqhd,bkhd->bhqk',
      [
        [2, 3, 2, 4],
        [2, 5, 2, 4],
      ],
    ],
    [
      'ijk,lkj->li',
      [
        [2, 3, 4],
        [5, 4, 3],
      ],
    ],
    [
      'ij,ij->',
      [
        [2, 3],
        [2, 3],
      ],
    ],
    [
      'ij,jk->k',
      [
        [2, 3],
        [3, 4],
      ],
    ],
    ['i,j->ij', [[3], [4]]],
    ['ij->ji', [[2, 3]]],
    ['ij->i', [[2, 3]]],
    ['ij->', [[2, 3]]],
    ['ij->ij', [[2, 3]]],
    [
      'bhwc,co->bhwo',
      [
        [2, 3, 3, 2],
        [2, 4],
      ],
    ],
  ]; // prettier-ignore
  for (const [equation, shapes] of cases)
    await agree(() => tf.einsum(equation, ...shapes.map((shape, i) => random(shape, i))), 1e-6);
});

test('clone refers to the same values, and a variable assigned to it is its own', async () => {
  await tf.setBackend('wasm');
  const before = countTensors();
  const x = tf.tensor1d([1, 2]);
  const y = x.clone();
  expect(y.dataId).toBe(x.dataId);
  const w = tf.variable(y);
  w.assign(tf.tidy(() => tf.keep(tf.add(w, 1))));
  x.dispose();
  expect([...y.dataSync(), ...w.dataSync()]).toEqual([1, 2, 2, 3]);
  y.dispose();
  w.dispose();
  expect(countTensors().dataIds - before.dataIds).toBeLessThanOrEqual(1);
});

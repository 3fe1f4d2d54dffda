import { createRandom } from '@relumine/core';
import { eye, randomNormal, tensor, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { expectNoLeak, useBackend } from '@tooling/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { activationRank, classFiring, deadPositions, measureActivations } from '../index';
import { symmetricEigenvalues } from './symmetricEigenvalues';

beforeAll(() => useBackend('wasm'));

describe('activationRank', () => {
  test('orthogonal channels have full rank, copies rank one, silence rank 0', async () => {
    const full = eye(5);
    const { effective, stable } = await expectNoLeak(() => activationRank(full));
    expect(effective).toBeCloseTo(5, 12);
    expect(stable).toBeCloseTo(5, 12);
    const copies = tensor2d(
      [1, 2, 3, 4].flatMap((a) => [a, 2 * a, -a]),
      [4, 3],
    );
    const one = await activationRank(copies);
    expect(one.effective).toBeCloseTo(1, 6);
    expect(one.stable).toBeCloseTo(1, 12);
    expect(await activationRank(zeros([2, 3, 3, 4]))).toEqual({ effective: 0, stable: 0 });
  });

  test('singular values 3 and 1', async () => {
    const { effective, stable } = await activationRank(tensor2d([3, 0, 0, 1], [2, 2]));
    expect(stable).toBeCloseTo(10 / 9, 12);
    expect(effective).toBeCloseTo(Math.exp(-0.75 * Math.log(0.75) - 0.25 * Math.log(0.25)), 12);
  });

  test('NaN shows, wrong shapes are named', async () => {
    expect(await activationRank(tensor2d([Number.NaN, 1], [1, 2]))).toEqual({
      effective: Number.NaN,
      stable: Number.NaN,
    });
    await expect(activationRank(tensor1d([1]))).rejects.toThrow('must have the shape [batch, …, channels]');
  });

  test('eigenvalues keep trace and Frobenius norm', () => {
    const [random, n] = [createRandom('eigen'), 24];
    const matrix = new Float64Array(n * n);
    for (let i = 0; i < n; i++)
      for (let j = 0; j <= i; j++) {
        matrix[i * n + j] = random.normal();
        matrix[j * n + i] = matrix[i * n + j]!;
      }
    const trace = Array.from({ length: n }, (_, i) => matrix[i * (n + 1)]!).reduce((a, b) => a + b);
    const squares = matrix.reduce((a, b) => a + b * b, 0);
    const eigenvalues = symmetricEigenvalues(matrix, n);
    expect(eigenvalues.reduce((a, b) => a + b)).toBeCloseTo(trace, 10);
    expect(eigenvalues.reduce((a, b) => a + b * b, 0)).toBeCloseTo(squares, 9);
  });
});

describe('classFiring', () => {
  const h = () => tensor([1, 0, 0, 0, 0, 2, 3, 4], [4, 1, 2]);

  test('counts samples by class, from numbers or one-hot', async () => {
    const expected = {
      samples: [2, 0, 2],
      firingRate: [
        [0.5, 0],
        [Number.NaN, Number.NaN],
        [0.5, 1],
      ],
      exclusive: [{ channel: 1, class: 2 }],
    };
    const numbers = tensor1d([0, 0, 2, 2], 'int32');
    const values = h();
    expect(await expectNoLeak(() => classFiring(values, numbers))).toEqual(expected);
    const hot = tensor2d([1, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 1], [4, 3]);
    expect(await classFiring(values, hot)).toEqual(expected);
  });

  test('labels that do not fit are named', async () => {
    await expect(classFiring(h(), tensor1d([0, 1]))).rejects.toThrow(
      '`labels` must be class numbers [4] or one-hot [4, classes]. Received: shape [2].',
    );
    await expect(classFiring(h(), tensor1d([0, 1, -1, 2]))).rejects.toThrow('Received: -1.');
    await expect(classFiring(h(), [0, 1, 0, 1] as never)).rejects.toThrow(
      '`labels` must be a tensor. Received: [0, 1, 0, 1].',
    );
  });
});

describe('deadPositions', () => {
  test('shares of dead channels in rows, summing to the dead unit fraction', async () => {
    const values = randomNormal([2, 3, 4, 5], -1, 1, 'float32', 5);
    const layer = await measureActivations(values);
    const rows = deadPositions(layer, 4);
    expect(rows.map((row) => row.length)).toEqual([4, 4, 4]);
    expect(rows.flat().reduce((a, b) => a + b) / 12).toBeCloseTo(layer.deadUnitFraction, 12);
    const corner = await measureActivations(tensor([0, 0, 1, 0, 2, 3, 0, 1], [1, 2, 2, 2]));
    expect(deadPositions(corner, 2)).toEqual([
      [1, 0.5],
      [0, 0.5],
    ]);
    expect(() => deadPositions(corner, 3)).toThrow('`width` must divide the 4 positions of h. Received: 3.');
  });
});

import { createRandom } from '@relumine/core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { builds, fenced, specialValues, startNative } from './support.testing';

const operations = {
  Add: (a: number, b: number) => a + b,
  Sub: (a: number, b: number) => a - b,
  Multiply: (a: number, b: number) => a * b,
  RealDiv: (a: number, b: number) => a / b,
};

const random = createRandom('binary');
const draw = (shape: number[]): Float32Array =>
  Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () =>
    random.integer(4) === 0 ? specialValues[random.integer(specialValues.length)]! : random.normal(),
  );

describe.each(builds)('$name', ({ relaxedSimd }) => {
  beforeAll(() => startNative(relaxedSimd));

  test.each<[number[], number[]]>([
    [[7], [7]],
    [
      [3, 5, 2, 6],
      [3, 5, 2, 6],
    ],
    [[3, 5, 2, 6], [6]],
    [
      [3, 5, 2, 7],
      [1, 1, 1, 7],
    ],
    [[7], [3, 5, 7]],
    [[2, 9], []],
    [[1], [4, 4]],
    [
      [5, 1],
      [5, 3],
    ],
    [
      [2, 3, 5],
      [2, 3, 1],
    ],
    [
      [2, 1, 1],
      [2, 3, 5],
    ],
    [
      [2, 3, 5],
      [2, 1, 5],
    ],
    [
      [5, 1],
      [1, 3],
    ],
    [[0, 3], [3]],
  ])('%j and %j: each result is the rounded one, and nothing outside is touched', (left, right) => {
    const [x, y] = [draw(left), draw(right)];
    const out = tf.broadcast_util.assertAndGetBroadcastShape(left, right);
    const at = (shape: number[], index: number[]): number =>
      shape.reduce(
        (flat, extent, axis) => flat * extent + (extent === 1 ? 0 : index[out.length - shape.length + axis]!),
        0,
      );
    for (const [name, f] of Object.entries(operations)) {
      const actual = fenced(() => {
        const [a, b] = [tf.tensor(x, left), tf.tensor(y, right)];
        const result = tf.engine().runKernel(name, { a, b }) as tf.Tensor;
        expect(result.shape).toEqual(out);
        const values = result.dataSync();
        tf.dispose([a, b, result]);
        return values;
      });
      actual.forEach((value, flat) => {
        const index = out.map((extent, axis) => Math.floor(flat / tf.util.sizeFromShape(out.slice(axis + 1))) % extent);
        expect(value).toBe(Math.fround(f(x[at(left, index)]!, y[at(right, index)]!)));
      });
    }
  });

  test('squares; integers go the stock way', () => {
    tf.tidy(() => {
      expect([...tf.square(tf.tensor1d([-3, 0.5, Number.NaN, Number.NEGATIVE_INFINITY, 2])).dataSync()]).toEqual([
        9,
        0.25,
        Number.NaN,
        Number.POSITIVE_INFINITY,
        4,
      ]);
      const sum = tf.add(tf.tensor1d([1, 2], 'int32'), tf.tensor1d([3, 4], 'int32'));
      expect([sum.dtype, ...sum.dataSync()]).toEqual(['int32', 4, 6]);
    });
  });
});

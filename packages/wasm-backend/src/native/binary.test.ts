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

  test('squares', () => {
    tf.tidy(() => {
      expect([...tf.square(tf.tensor1d([-3, 0.5, Number.NaN, Number.NEGATIVE_INFINITY, 2])).dataSync()]).toEqual([
        9,
        0.25,
        Number.NaN,
        Number.POSITIVE_INFINITY,
        4,
      ]);
    });
  });

  test('sums of integers are exact beyond 2²⁴ and wrap at 2³¹; other operations on them go the stock way', () => {
    const integers = [16_777_217, -3, 2 ** 31 - 1, -(2 ** 31), 0, 0x7fa00000, 5];
    tf.tidy(() => {
      const x = tf.tensor1d(integers, 'int32');
      for (const [other, more] of [
        [x, integers],
        [tf.scalar(2, 'int32'), integers.map(() => 2)],
      ] as const) {
        const sum = tf.add(x, other);
        expect([sum.dtype, ...sum.dataSync()]).toEqual(['int32', ...integers.map((a, i) => (a + more[i]!) | 0)]);
      }
      const table = tf.add(tf.reshape(x, [7, 1]), tf.tensor1d([1, 2], 'int32'));
      expect([...table.dataSync()]).toEqual(integers.flatMap((a) => [(a + 1) | 0, (a + 2) | 0]));
      expect(tf.add(tf.zeros([0, 2], 'int32'), tf.tensor1d([1, 2], 'int32')).shape).toEqual([0, 2]);
      const product = tf.mul(x, tf.scalar(2, 'int32'));
      expect([product.dtype, product.dataSync()[1]]).toEqual(['int32', -6]);
    });
  });
});

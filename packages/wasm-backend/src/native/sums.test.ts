import { createRandom } from '@relumine/core';
import * as tf from '@tensorflow/tfjs-core';
import { expectNoLeak } from '@tooling/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { reducedBlock } from './sums';
import { builds, fenced, startNative } from './support.testing';

test('neighbouring axes form one block', () => {
  expect(reducedBlock([2, 3, 4, 5], [0, 1, 2])).toEqual([1, 24, 5]);
  expect(reducedBlock([2, 3, 4, 5], [1])).toEqual([2, 3, 20]);
  expect(reducedBlock([2, 1, 4, 5], [0, 2])).toEqual([1, 8, 5]);
  expect(reducedBlock([2, 3, 4, 5], [0, 3])).toBeUndefined();
  expect(reducedBlock([2, 1], [1])).toEqual([2, 1, 1]);
  expect(reducedBlock([], [])).toEqual([1, 1, 1]);
});

describe.each(builds)('$name', ({ relaxedSimd }) => {
  beforeAll(() => startNative(relaxedSimd));

  test.each([
    { shape: [3, 5, 7, 33], axis: [0, 1, 2] },
    { shape: [3, 5, 7, 16], axis: [0, 1, 2] },
    { shape: [3, 5, 7, 33], axis: [3] },
    { shape: [3, 5, 17], axis: [1] },
    { shape: [3, 5, 17], axis: [0, 2] },
    { shape: [1001], axis: [0] },
    { shape: [7, 9], axis: [0, 1] },
    { shape: [4, 1, 3], axis: [1] },
  ])('sum and mean of $shape over $axis are exact to rounding', async ({ shape, axis }) => {
    const random = createRandom(shape.join());
    const size = tf.util.sizeFromShape(shape);
    const values = Float32Array.from({ length: size }, () => random.normal() * 10 ** random.integer(4));
    await expectNoLeak(() => {
      fenced(() => {
        const x = tf.tensor(values, shape);
        const [sum, mean, kept] = [tf.sum(x, axis), tf.mean(x, axis), tf.sum(x, axis, true)];
        const outShape = shape.map((extent, i) => (axis.includes(i) ? 1 : extent));
        const strides = tf.util.computeStrides(outShape).concat(1);
        const expected = new Float64Array(tf.util.sizeFromShape(outShape));
        values.forEach((value, flat) => {
          let [rest, at] = [flat, 0];
          for (let i = shape.length - 1; i >= 0; i--) {
            const position = rest % shape[i]!;
            rest = Math.floor(rest / shape[i]!);
            if (!axis.includes(i)) at += position * strides[i]!;
          }
          expected[at]! += value;
        });
        const count = size / expected.length;
        const contiguous = reducedBlock(shape, axis) !== undefined;
        const close = (a: ArrayLike<number>, e: Float64Array): void =>
          e.forEach((v, i) => {
            const allowed = contiguous ? 6e-8 * Math.abs(v) + 1e-11 : 1e-5 * 1000;
            expect(Math.abs(a[i]! - v)).toBeLessThanOrEqual(allowed);
          });
        close(sum.dataSync(), expected);
        close(
          mean.dataSync(),
          expected.map((v) => v / count),
        );
        expect(kept.shape).toEqual(outShape);
        tf.dispose([x, sum, mean, kept]);
      });
    });
  });

  test('a million times 0.1 is 100,000; NaN and infinities are kept', () => {
    tf.tidy(() => {
      expect(tf.sum(tf.fill([1_000_000], 0.1)).dataSync()[0]).toBe(Math.fround(1_000_000 * Math.fround(0.1)));
      expect(tf.sum(tf.tensor1d([1, Number.NaN])).dataSync()[0]).toBeNaN();
      expect(tf.mean(tf.tensor1d([1, Number.POSITIVE_INFINITY])).dataSync()[0]).toBe(Number.POSITIVE_INFINITY);
      expect(tf.sum(tf.tensor1d([1, 2], 'int32')).dataSync()[0]).toBe(3);
      expect(tf.sum(tf.zeros([0, 3])).dataSync()[0]).toBe(0);
    });
  });

  test('clone shares its values and outlives its origin', async () => {
    await expectNoLeak(() => {
      const x = tf.tensor1d([1, 2, 3]);
      const y = tf.clone(x);
      x.dispose();
      expect([...y.dataSync()]).toEqual([1, 2, 3]);
      y.dispose();
    });
  });
});

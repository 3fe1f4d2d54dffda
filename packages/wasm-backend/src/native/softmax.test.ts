import { createRandom } from '@relumine/core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { builds, fenced, specialValues, startNative } from './support.testing';

const random = createRandom('softmax');

/** exp(z − max z) / Σ exp(z − max z) of each row, in float64. */
function reference(z: Float32Array, classes: number): number[] {
  const rows = Array.from({ length: z.length / classes }, (_, r) => [...z.subarray(r * classes, (r + 1) * classes)]);
  return rows.flatMap((row) => {
    const most = Math.max(...row);
    const powers = row.map((value) => Math.exp(value - most));
    const sum = powers.reduce((total, value) => total + value, 0);
    return powers.map((value) => value / sum);
  });
}

describe.each(builds)('$name', ({ relaxedSimd }) => {
  beforeAll(() => startNative(relaxedSimd));

  test.each([[[1, 1]], [[3, 10]], [[2, 5, 7]], [[64, 1000]], [[0, 4]]])('softmax of %j', (shape) => {
    const z = Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => 5 * random.normal());
    const actual = fenced(() => tf.tidy(() => tf.softmax(tf.tensor(z, shape)).dataSync()));
    const expected = reference(z, shape.at(-1)!);
    expect(actual.length).toBe(expected.length);
    actual.forEach((value, i) => {
      const p = expected[i]!;
      // z − max z is rounded once, which counts as often as the exponent is large.
      expect(Math.abs(value - p)).toBeLessThanOrEqual(1.2e-7 * (3 - Math.log(p)) * p);
    });
  });

  test('a row with NaN or +∞ is NaN throughout, and the others are not', () => {
    for (const special of specialValues) {
      const [row, other] = tf.tidy(
        () => tf.softmax(tf.tensor2d([1, special, 2, 3, 4, 5, 6, 7, 8, 9], [2, 5])).arraySync() as [number[], number[]],
      );
      const lost = Number.isNaN(special) || special === Number.POSITIVE_INFINITY;
      expect(row.every((value) => Number.isNaN(value))).toBe(lost);
      expect(other.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 6);
    }
  });
});

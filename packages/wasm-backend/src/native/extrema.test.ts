import * as tf from '@tensorflow/tfjs-core';
import { expectNoLeak } from '@tooling/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { builds, fenced, onCpu, startNative } from './support.testing';

const values = (size: number, step: number): Float32Array =>
  Float32Array.from({ length: size }, (_, i) => ((i * step) % 11) - 5);

describe.each(builds)('$name', ({ relaxedSimd }) => {
  beforeAll(() => startNative(relaxedSimd));

  test.each<[number[], number[]]>([
    [[7], [7]],
    [[3, 5], []],
    [[], [3, 5]],
    [[2, 3, 9], [9]],
    [
      [2, 3, 9],
      [3, 9],
    ],
    [
      [2, 3, 9],
      [3, 1],
    ],
    [
      [4, 1],
      [1, 6],
    ],
    [
      [2, 1, 3],
      [5, 1],
    ],
    [[1, 1], [2]],
    [[0, 3], [3]],
  ])('maximum and minimum of %j and %j are those of the cpu backend', async (a, b) => {
    const [av, bv] = [values(tf.util.sizeFromShape(a), 3), values(tf.util.sizeFromShape(b), 7)];
    const both = (): Float32Array[] =>
      tf.tidy(() => {
        const [x, y] = [tf.tensor(av, a), tf.tensor(bv, b)];
        return [tf.maximum(x, y).dataSync(), tf.minimum(x, y).dataSync()] as Float32Array[];
      });
    const expected = await onCpu(both);
    await expectNoLeak(() => expect(fenced(both)).toEqual(expected));
  });

  test('NaN stays, on either side, and in clipByValue', () => {
    tf.tidy(() => {
      const nan = Number.NaN;
      const x = tf.tensor1d([nan, -2, 9, 1, nan]);
      expect([...tf.maximum(x, 0).dataSync()]).toEqual([nan, 0, 9, 1, nan]);
      expect([...tf.minimum(0, x).dataSync()]).toEqual([nan, -2, 0, 0, nan]);
      expect([...tf.maximum(tf.ones([5]), x).dataSync()]).toEqual([nan, 1, 9, 1, nan]);
      expect([...tf.minimum(x, nan).dataSync()]).toEqual([nan, nan, nan, nan, nan]);
      expect([...tf.clipByValue(x, -1, 6).dataSync()]).toEqual([nan, -1, 6, 1, nan]);
      expect([...tf.maximum(tf.tensor1d([1, 2], 'int32'), tf.tensor1d([2, 1], 'int32')).dataSync()]).toEqual([2, 2]);
    });
  });
});

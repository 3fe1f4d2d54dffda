import { createRandom } from '@relumine/core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { builds, fenced, startNative } from './support.testing';

/** A bright square on a ground of nothing, in all channels. */
function square(n: number, size: number, channels: number): Float32Array {
  const random = createRandom('square');
  return Float32Array.from({ length: n * size * size * channels }, (_, i) => {
    const pixel = Math.floor(i / channels) % (size * size);
    const [y, x] = [Math.floor(pixel / size), pixel % size];
    return y > 4 && y < 9 && x > 3 && x < 7 ? random.uniform() : 0;
  });
}

/** Whether each output's patch holds nothing but 0, by its definition. */
function empty(x: Float32Array, [n, size, channels]: number[], taps: number, top: number, out: number): boolean[] {
  return Array.from({ length: n! * out * out }, (_, position) => {
    const [image, oy, ox] = [Math.floor(position / (out * out)), Math.floor(position / out) % out, position % out];
    for (let ky = 0; ky < taps; ky++)
      for (let kx = 0; kx < taps; kx++) {
        const [iy, ix] = [oy - top + ky, ox - top + kx];
        if (iy < 0 || ix < 0 || iy >= size! || ix >= size!) continue;
        const at = ((image! * size! + iy) * size! + ix) * channels!;
        if (x.subarray(at, at + channels!).some((value) => value !== 0)) return false;
      }
    return true;
  });
}

describe.each(builds)('$name', ({ relaxedSimd }) => {
  beforeAll(() => startNative(relaxedSimd));

  test.each<[taps: number, ci: number, co: number, pad: 'valid' | 'same', images?: [n: number, size: number]]>([
    [3, 8, 12, 'valid', [8, 14]],
    [3, 8, 12, 'valid'],
    [3, 32, 32, 'same'],
    [5, 8, 16, 'same'],
    [5, 12, 8, 'valid'],
  ])(
    '%i × %i taps: a patch of nothing gives exactly 0, so weights below 0 never fire',
    (taps, ci, co, pad, [n, size] = [2, 15]) => {
      const values = square(n, size, ci);
      const random = createRandom('weights');
      const weights = Float32Array.from({ length: taps * taps * ci * co }, () => -Math.abs(random.normal()) - 0.1);
      const [z, dx] = fenced(() => {
        const [x, w] = [tf.tensor(values, [n, size, size, ci]), tf.tensor(weights, [taps, taps, ci, co])];
        const y = tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, pad);
        // The input gradient is the convolution of dy with the filter turned around: of nothing it makes nothing.
        const attrs = { strides: 1, pad, dataFormat: 'NHWC', inputShape: [n, size, size, ci] };
        const dy = tf.relu(tf.neg(y));
        const gradient = tf.engine().runKernel('Conv2DBackpropInput', { dy, filter: w }, attrs as never) as tf.Tensor;
        const read = [y.dataSync(), gradient.dataSync()] as const;
        tf.dispose([x, w, y, dy, gradient]);
        return read;
      });
      const out = pad === 'same' ? size : size - taps + 1;
      const top = pad === 'same' ? (taps - 1) / 2 : 0;
      const patches = empty(values, [n, size, ci], taps, top, out);
      expect(new Set(patches)).toEqual(new Set([true, false]));
      expect(z.every((value) => value <= 0)).toBe(true);
      expect(dx.every((value) => value <= 0)).toBe(true);
      patches.forEach((isEmpty, position) => {
        const row = z.subarray(position * co, (position + 1) * co);
        expect(row.every((value) => (value === 0) === isEmpty)).toBe(true);
      });
    },
  );

  test('an infinite weight makes NaN of nothing, as it does elsewhere', () => {
    const y = tf.tidy(() => {
      const w = new Float32Array(9 * 64).fill(1);
      w[0] = Number.POSITIVE_INFINITY;
      return tf.conv2d(tf.zeros([1, 8, 8, 8]) as tf.Tensor4D, tf.tensor(w, [3, 3, 8, 8]), 1, 'valid').dataSync();
    });
    expect(Array.from(y, Number.isNaN)).toEqual(Array.from(y, (_, i) => i % 8 === 0));
  });
});

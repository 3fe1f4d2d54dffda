import '@tensorflow/tfjs-layers';
import { createRandom } from '@relumine/core';
import * as tf from '@tensorflow/tfjs-core';
import { expectTensorClose } from '@tooling/testing';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { builds, fenced, startNative } from './support.testing';

const cases = fc
  .record({
    n: fc.integer({ min: 1, max: 3 }),
    h: fc.integer({ min: 1, max: 9 }),
    w: fc.integer({ min: 1, max: 9 }),
    c: fc.integer({ min: 1, max: 9 }),
    filterSize: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
    strides: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
    pad: fc.constantFrom<'same' | 'valid'>('same', 'valid'),
    offset: fc.constantFrom(0, -5),
    ties: fc.boolean(),
    nan: fc.boolean(),
  })
  .filter(({ h, w, filterSize, pad }) => pad === 'same' || (filterSize[0] <= h && filterSize[1] <= w));

type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never;

/** The four results in plain JavaScript, by the definition. */
function reference(c: Case, x: Float32Array, dy: Float32Array) {
  const info = tf.backend_util.computePool2DInfo([c.n, c.h, c.w, c.c], c.filterSize, c.strides, 1, c.pad);
  const max = new Float32Array(dy.length);
  const [average, maxGrad, averageGrad] = [new Float64Array(dy.length), x.slice().fill(0), new Float64Array(x.length)];
  let at = 0;
  for (let n = 0; n < c.n; n++)
    for (let oy = 0; oy < info.outHeight; oy++)
      for (let ox = 0; ox < info.outWidth; ox++)
        for (let k = 0; k < c.c; k++, at++) {
          const window: number[] = [];
          for (let ky = 0; ky < c.filterSize[0]; ky++)
            for (let kx = 0; kx < c.filterSize[1]; kx++) {
              const iy = oy * c.strides[0] + ky - info.padInfo.top;
              const ix = ox * c.strides[1] + kx - info.padInfo.left;
              if (iy >= 0 && ix >= 0 && iy < c.h && ix < c.w) window.push(((n * c.h + iy) * c.w + ix) * c.c + k);
            }
          const values = window.map((i) => x[i]!);
          const winner = values.some(Number.isNaN)
            ? values.findIndex(Number.isNaN)
            : values.indexOf(Math.max(...values));
          max[at] = values[winner]!;
          maxGrad[window[winner]!]! += dy[at]!;
          average[at] = values.reduce((sum, v) => sum + v, 0) / values.length;
          for (const i of window) averageGrad[i]! += dy[at]! / window.length;
        }
  return { max, average, maxGrad, averageGrad, outShape: info.outShape };
}

describe.each(builds)('$name', ({ relaxedSimd }) => {
  beforeAll(() => startNative(relaxedSimd));

  test('values and gradients by the definition: negative maxima, ties, NaN', async () => {
    const property = async (c: Case): Promise<void> => {
      const random = createRandom(JSON.stringify(c));
      const shape = [c.n, c.h, c.w, c.c];
      const draw = (): number => (c.ties ? random.integer(3) - 1 : random.normal()) + c.offset;
      const x = Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () =>
        c.nan && random.integer(13) === 0 ? Number.NaN : draw(),
      );
      const { outShape } = tf.backend_util.computePool2DInfo([c.n, c.h, c.w, c.c], c.filterSize, c.strides, 1, c.pad);
      const dy = Float32Array.from({ length: tf.util.sizeFromShape(outShape) }, () => random.normal());
      const expected = reference(c, x, dy);
      const attrs = { filterSize: c.filterSize, strides: c.strides, pad: c.pad } as never;
      fenced(() => {
        const [tx, tdy] = [tf.tensor(x, shape), tf.tensor(dy, outShape)];
        const run = (name: string, inputs: Record<string, tf.Tensor>): Float32Array => {
          const result = tf.engine().runKernel(name, inputs, attrs) as tf.Tensor;
          const values = result.dataSync() as Float32Array;
          result.dispose();
          return values;
        };
        expect(run('MaxPool', { x: tx })).toEqual(expected.max);
        expectTensorClose(run('AvgPool', { x: tx }), expected.average, { relative: 1e-6, absolute: 1e-6 });
        const output = tdy;
        expectTensorClose(run('MaxPoolGrad', { dy: tdy, input: tx, output }), expected.maxGrad, {
          relative: 1e-6,
          absolute: 1e-6,
        });
        const averageGrad = run('AvgPoolGrad', { dy: tdy, input: tx });
        expectTensorClose(averageGrad, expected.averageGrad, { relative: 1e-6, absolute: 1e-6 });
        tf.dispose([tx, tdy]);
      });
    };
    await fc.assert(fc.asyncProperty(cases, property), { numRuns: 100, seed: 2 });
  });

  test('through tfjs: all negative, the gradient goes to the maximum of each window', () => {
    tf.tidy(() => {
      const x = tf.tensor4d([-4, -1, -3, -2, -8, -5, -7, -7], [1, 2, 4, 1]);
      const dx = tf.grad((t) => tf.maxPool(t as tf.Tensor4D, 2, 2, 'valid'))(x);
      expect([...dx.dataSync()]).toEqual([0, 1, 0, 1, 0, 0, 0, 0]);
    });
  });
});

test('the gradient of an average with explicit padding is the derivative of its value', async () => {
  // tfjs-core's own divides by the whole window, where its value divides by the pixels inside the image.
  await startNative(true);
  const padding = [
    [0, 0],
    [1, 2],
    [0, 1],
    [0, 0],
  ] as never;
  const values = [0.3, -1, 2, 0.5, 4, -0.25, 1, 7, -3];
  const slopes = [1, -2, 3, 0.5, 2, 1, -1, 4];
  const loss = (x: tf.Tensor): tf.Scalar =>
    tf.sum(tf.mul(tf.avgPool(tf.reshape(x, [3, 3, 1]) as tf.Tensor3D, 3, 1, padding), tf.tensor3d(slopes, [4, 2, 1])));
  tf.tidy(() => {
    const gradient = tf.grad(loss)(tf.tensor1d(values)).dataSync();
    values.forEach((_, i) => {
      // The value is linear in x: a difference of any width is its derivative.
      const moved = (by: number): number =>
        loss(tf.tensor1d(values.map((v, j) => (j === i ? v + by : v)))).dataSync()[0]!;
      expect(gradient[i]).toBeCloseTo((moved(4) - moved(-4)) / 8, 5);
    });
  });
});

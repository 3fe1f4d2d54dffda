import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { expectNoLeak, maxRelativeToLargest } from '@tooling/testing';
import { beforeAll, expect, test } from 'vitest';
import { registerTrainingKernels } from '../index';

beforeAll(async () => {
  await registerTrainingKernels({ kernels: 'composed' });
  await tf.setBackend('wasm');
});

const normal = (shape: number[], seed: number): tf.Tensor5D =>
  tf.randomNormal(shape as never, 0, 1, 'float32', seed) as tf.Tensor5D;

const cases = ([1, 2, [1, 2, 3]] as const).flatMap((strides) =>
  (['same', 'valid'] as const).flatMap((pad) =>
    [
      [3, 3, 3, 2, 5],
      [2, 1, 3, 4, 3],
    ].map((filter) => ({ strides, pad, filter })),
  ),
);

test.each(cases)(
  'gradients of conv3d with $filter, strides $strides, $pad, as on the CPU',
  async ({ strides, pad, filter }) => {
    const results: number[][] = [];
    const x0 = normal([2, 5, 6, 7, filter[3]!], 1).dataSync();
    const w0 = normal(filter, 2).dataSync();
    for (const backend of ['cpu', 'wasm']) {
      await tf.setBackend(backend);
      const [x, w] = [tf.tensor5d(x0, [2, 5, 6, 7, filter[3]!]), tf.tensor5d(w0, filter as never)];
      const f = (a: tf.Tensor, k: tf.Tensor): tf.Tensor =>
        tf.sum(tf.square(tf.conv3d(a as tf.Tensor5D, k as tf.Tensor5D, strides as number, pad)));
      const [dx, dw] = await expectNoLeak(() => tf.grads(f)([x, w]) as [tf.Tensor, tf.Tensor], 2);
      expect([dx.shape, dw.shape]).toEqual([x.shape, w.shape]);
      results.push([...dx.dataSync()], [...dw.dataSync()]);
      tf.dispose([x, w, dx, dw]);
    }
    const [dx, dw, ours, our] = results as [number[], number[], number[], number[]];
    expect(maxRelativeToLargest(ours, dx)).toBeLessThan(1e-5);
    expect(maxRelativeToLargest(our, dw)).toBeLessThan(1e-5);
  },
);

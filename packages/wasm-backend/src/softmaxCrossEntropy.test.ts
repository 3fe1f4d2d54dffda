import '@tensorflow/tfjs-backend-cpu';
import { createRandom } from '@relumine/core';
import * as tf from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { expectNoLeak, maxRelativeToLargest } from '@tooling/testing';
import { beforeEach, describe, expect, test } from 'vitest';
import { softmaxCrossEntropy, startWasm } from './index';

const random = createRandom('softmax');
const [rows, classes] = [7, 11];
const logits = Float32Array.from({ length: rows * classes }, () => random.normal() * 20);
const labels = Float32Array.from({ length: rows * classes }, (_, i) => (i % classes === (i * 3) % 7 ? 0.75 : 0));
const slopes = Float32Array.from({ length: rows }, () => random.normal());

/** Losses and the gradient of Σ slope · loss, in float64. */
function reference() {
  const [loss, gradient] = [new Float64Array(rows), new Float64Array(rows * classes)];
  for (let r = 0; r < rows; r++) {
    const z = [...logits.subarray(r * classes, (r + 1) * classes)];
    const y = [...labels.subarray(r * classes, (r + 1) * classes)];
    const most = Math.max(...z);
    const sum = z.reduce((total, value) => total + Math.exp(value - most), 0);
    const weight = y.reduce((total, value) => total + value, 0);
    z.forEach((value, c) => {
      loss[r]! -= y[c]! * (value - most - Math.log(sum));
      gradient[r * classes + c] = slopes[r]! * ((weight * Math.exp(value - most)) / sum - y[c]!);
    });
  }
  return { loss, gradient };
}

const shape: [number, number] = [rows, classes];

describe.each(['native', 'composed', 'cpu'] as const)('%s', (kernels) => {
  beforeEach(async () => {
    if (kernels === 'cpu') await tf.setBackend('cpu');
    else expect((await startWasm({ kernels: kernels === 'native' ? 'auto' : 'composed' })).kernels).toBe(kernels);
  });

  test('losses and gradients agree with float64, and nothing leaks', async () => {
    await expectNoLeak(() => {
      tf.tidy(() => {
        const [y, z] = [tf.tensor2d(labels, shape), tf.tensor2d(logits, shape)];
        const { loss, gradient } = reference();
        expect(maxRelativeToLargest(softmaxCrossEntropy(y, z).dataSync(), loss)).toBeLessThan(3e-7);
        const dz = tf.grad((x: tf.Tensor) => tf.sum(tf.mul(softmaxCrossEntropy(y, x), slopes)))(z);
        expect(maxRelativeToLargest(dz.dataSync(), gradient)).toBeLessThan(2e-6);
      });
    });
  });

  test('far logits, −∞ where no label is, NaN', () => {
    tf.tidy(() => {
      const loss = (y: number[], z: number[]): number =>
        softmaxCrossEntropy(tf.tensor2d([y]), tf.tensor2d([z])).dataSync()[0]! + 0;
      expect(loss([1, 0], [1000, -1000])).toBe(0);
      expect(loss([0, 1], [1000, -1000])).toBe(2000);
      expect(loss([0, 1], [Number.NaN, 1])).toBeNaN();
      if (kernels === 'native') expect(loss([1, 0], [3, Number.NEGATIVE_INFINITY])).toBe(0);
      expect(softmaxCrossEntropy(tf.zeros([0, 3]), tf.zeros([0, 3])).shape).toEqual([0]);
    });
  });
});

test('a model learns by it', async () => {
  await startWasm();
  const model = sequential({ layers: [layers.dense({ units: 2, inputShape: [2] })] });
  model.compile({ optimizer: tf.train.adam(0.1), loss: softmaxCrossEntropy });
  const x = tf.tensor2d([-1, 0.5, 2, -1, -3, 1, 1, 1], [4, 2]);
  const y = tf.tensor2d([1, 0, 0, 1, 1, 0, 0, 1], [4, 2]);
  const { history } = await model.fit(x, y, { epochs: 30, verbose: 0 });
  expect(history.loss!.at(-1)).toBeLessThan((history.loss![0] as number) / 4);
  tf.dispose([x, y]);
});

test('wrong tensors are named', () => {
  expect(() => softmaxCrossEntropy(tf.zeros([2, 3]), tf.zeros([2, 4]))).toThrow(
    '[relumine/wasm-backend/softmaxCrossEntropy] `labels` must have the shape of `logits`, [2,4]. Received: [2, 3].',
  );
  expect(() => softmaxCrossEntropy(tf.zeros([2, 3], 'int32'), tf.zeros([2, 3]))).toThrow(
    '`labels` must be a float32 tensor of shape [rows, classes]. Received: int32[2,3].',
  );
});

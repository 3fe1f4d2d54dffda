import '@tensorflow/tfjs-layers';
import { createRandom } from '@relumine/core';
import * as tf from '@tensorflow/tfjs-core';
import { expectNoLeak, maxRelativeToLargest } from '@tooling/testing';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { onCpu, startNative } from './support.testing';

type Loss = (...inputs: tf.Tensor[]) => tf.Tensor;

const random = createRandom('one pass');
const normals = (shape: number[], offset = 0): { shape: number[]; values: Float32Array } => ({
  shape,
  values: Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => random.normal() + offset),
});
const image = normals([3, 4, 5, 6]);
const weights = normals([3, 4, 5, 6]);
const channel = normals([6], 2);

const losses: Readonly<Record<string, { f: Loss; inputs: (typeof image)[]; kernel: string }>> = {
  'sum over leading axes': { f: (x) => tf.square(tf.sum(x!, [0, 1, 2])), inputs: [image], kernel: 'RelumineSpread' },
  'sum over one axis, kept': { f: (x) => tf.mul(tf.sum(x!, 1, true), x!), inputs: [image], kernel: 'RelumineSpread' },
  'mean over the last axes': { f: (x) => tf.square(tf.mean(x!, [2, 3])), inputs: [image], kernel: 'RelumineSpread' },
  'mean of everything': { f: (x) => tf.mean(x!), inputs: [image], kernel: 'RelumineSpread' },
  square: { f: (x, w) => tf.mul(tf.square(x!), w!), inputs: [image, weights], kernel: 'RelumineSquareGrad' },
  relu6: { f: (x, w) => tf.mul(tf.relu6(x!), w!), inputs: [image, weights], kernel: 'RelumineRelu6Grad' },
  selu: { f: (x, w) => tf.mul(tf.selu(x!), w!), inputs: [image, weights], kernel: 'RelumineSeluGrad' },
  softplus: { f: (x, w) => tf.mul(tf.softplus(x!), w!), inputs: [image, weights], kernel: 'RelumineSoftplusGrad' },
  elu: { f: (x, w) => tf.mul(tf.elu(x!), w!), inputs: [image, weights], kernel: 'RelumineOutputGrad' },
  sigmoid: { f: (x, w) => tf.mul(tf.sigmoid(x!), w!), inputs: [image, weights], kernel: 'RelumineOutputGrad' },
  tanh: { f: (x, w) => tf.mul(tf.tanh(x!), w!), inputs: [image, weights], kernel: 'RelumineOutputGrad' },
  prelu: {
    f: (x, a, w) => tf.mul(tf.prelu(x!, a!), w!),
    inputs: [image, channel, weights],
    kernel: 'ReluminePreluGrad',
  },
  'batch normalisation in training': {
    f: (x, gamma, beta, w) => {
      const { mean, variance } = tf.moments(x!, [0, 1, 2]);
      return tf.mul(
        tf.batchNorm4d(
          x as tf.Tensor4D,
          mean as tf.Tensor1D,
          variance as tf.Tensor1D,
          beta as tf.Tensor1D,
          gamma as tf.Tensor1D,
          1e-3,
        ),
        w!,
      );
    },
    inputs: [image, channel, normals([6]), weights],
    kernel: 'RelumineBatchNormGrad',
  },
};

/** Gradients by all inputs, as values. */
const gradients = (f: Loss, inputs: (typeof image)[]): Float32Array[] =>
  tf.tidy(() => {
    const tensors = inputs.map(({ values, shape }) => tf.tensor(values, shape));
    return tf
      .grads((...args: tf.Tensor[]) => tf.sum(f(...args)))(tensors)
      .map((g) => g.dataSync() as Float32Array);
  });

beforeAll(() => startNative(true));

test.each(Object.entries(losses))(
  '%s: the one pass runs, leaks nothing and agrees with the cpu backend',
  async (_, { f, inputs, kernel }) => {
    const pass = vi.spyOn(tf.getKernel(kernel, 'wasm')!, 'kernelFunc');
    let actual: Float32Array[] = [];
    await expectNoLeak(() => {
      actual = gradients(f, inputs);
    });
    expect(pass).toHaveBeenCalled();
    pass.mockRestore();
    const expected = await onCpu(() => gradients(f, inputs));
    actual.forEach((gradient, i) => {
      expect(maxRelativeToLargest(gradient, expected[i]!)).toBeLessThan(3e-6);
    });
  },
);

describe('gradients of gradients', () => {
  // tfjs has second derivatives of these only.
  const twice = [
    'sum over leading axes',
    'sum over one axis, kept',
    'mean over the last axes',
    'square',
    'softplus',
    'batch normalisation in training',
  ];
  test.each(twice)('%s', async (name) => {
    const { f, inputs } = losses[name]!;
    const second = (): Float32Array =>
      tf.tidy(() => {
        const [x, ...rest] = inputs.map(({ values, shape }) => tf.tensor(values, shape));
        const first = tf.grad((z: tf.Tensor) => tf.sum(tf.mul(f(z, ...rest), 2)));
        return tf
          .grad((z: tf.Tensor) => tf.sum(tf.square(first(z))))(x!)
          .dataSync() as Float32Array;
      });
    const [actual, expected] = [second(), await onCpu(second)];
    const largest = Math.max(...expected.map(Math.abs), 1e-3);
    actual.forEach((value, i) => {
      expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-5 * largest);
    });
  });
});

test('axes with others between them go the stock way', () => {
  tf.tidy(() => {
    const x = tf.tensor(image.values, image.shape);
    const dx = tf.grad((z: tf.Tensor) => tf.sum(tf.mean(z, [0, 2])))(x);
    expect(dx.dataSync().every((value) => Math.abs(value - 1 / 15) < 1e-8)).toBe(true);
  });
});

test('a cast to the same dtype shares its values', async () => {
  await expectNoLeak(() => {
    const x = tf.tensor1d([1, 2, 3]);
    const y = tf.cast(x, 'float32');
    x.dispose();
    expect([...y.dataSync()]).toEqual([1, 2, 3]);
    y.dispose();
  });
});

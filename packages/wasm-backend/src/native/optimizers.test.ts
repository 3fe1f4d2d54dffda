import '@tensorflow/tfjs-layers';
import { createRandom } from '@relumine/core';
import * as tf from '@tensorflow/tfjs-core';
import { expectTensorClose } from '@tooling/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { builds, fenced, startNative } from './support.testing';

describe.each(builds)('$name', ({ relaxedSimd }) => {
  beforeAll(() => startNative(relaxedSimd));
  const random = createRandom('optimizers');
  const size = 103;
  const normals = (): Float32Array => Float32Array.from({ length: size }, () => random.normal());

  test('RelumineAdam follows tf.train.adam for 30 steps', () => {
    const start = normals();
    const target = tf.tensor1d(normals());
    const variable = tf.variable(tf.tensor1d(start));
    const optimizer = tf.train.adam(0.05);
    let [value, m, v] = [tf.tensor1d(start) as tf.Tensor, tf.zeros([size]), tf.zeros([size])];
    let [beta1Power, beta2Power] = [1, 1];
    for (let t = 1; t <= 30; t++) {
      optimizer.minimize(() => tf.sum(tf.square(tf.sub(variable, target))) as tf.Scalar);
      const gradient = tf.mul(tf.sub(value, target), 2);
      const attrs = { learningRate: 0.05, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, weightDecay: 0 };
      // tfjs keeps the powers of β as float32 variables, which costs 1 − β₂ᵗ four digits at first.
      beta1Power = Math.fround(beta1Power * Math.fround(0.9));
      beta2Power = Math.fround(beta2Power * Math.fround(0.999));
      const powers = { beta1Power, beta2Power };
      const inputs = { value, gradient, m, v };
      [value, m, v] = fenced(
        () =>
          tf.engine().runKernel('RelumineAdam', inputs, { ...attrs, ...powers }) as unknown as [
            tf.Tensor,
            tf.Tensor,
            tf.Tensor,
          ],
      );
    }
    expectTensorClose(value, variable, { relative: 2e-5, absolute: 1e-6 });
  });

  test('decoupled weight decay shrinks the weight by learningRate · weightDecay', () => {
    const zeros = tf.zeros([5]);
    const value = tf.ones([5]);
    const attrs = { learningRate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, beta1Power: 0.9, beta2Power: 0.999 };
    const inputs = { value, gradient: zeros, m: zeros, v: zeros };
    const [next] = tf
      .engine()
      .runKernel('RelumineAdam', inputs, { ...attrs, weightDecay: 0.5 }) as unknown as tf.Tensor[];
    expectTensorClose(next!, new Float32Array(5).fill(0.95), { relative: 1e-7 });
  });

  test.each([
    { momentum: 0, nesterov: false, weightDecay: 0 },
    { momentum: 0, nesterov: false, weightDecay: 0.1 },
    { momentum: 0.9, nesterov: false, weightDecay: 0.1 },
    { momentum: 0.9, nesterov: true, weightDecay: 0 },
  ])('RelumineSgd with %j follows the formula', (options) => {
    const [value, gradient, velocity] = [normals(), normals(), normals()];
    const learningRate = 0.1;
    const inputs = {
      value: tf.tensor1d(value),
      gradient: tf.tensor1d(gradient),
      ...(options.momentum > 0 ? { velocity: tf.tensor1d(velocity) } : {}),
    };
    const outputs = fenced(
      () => tf.engine().runKernel('RelumineSgd', inputs, { learningRate, ...options }) as unknown as tf.Tensor[],
    );
    const g = gradient.map((x, i) => x + options.weightDecay * value[i]!);
    const u = g.map((x, i) => (options.momentum > 0 ? options.momentum * velocity[i]! + x : x));
    const step = u.map((x, i) => (options.nesterov ? g[i]! + options.momentum * x : x));
    const close = { relative: 1e-5, absolute: 1e-6 };
    expectTensorClose(
      outputs[0]!,
      value.map((x, i) => x - learningRate * step[i]!),
      close,
    );
    expect(outputs).toHaveLength(options.momentum > 0 ? 2 : 1);
    if (outputs[1]) expectTensorClose(outputs[1], u, close);
    expect(outputs[0]!.dataId).not.toBe(inputs.value.dataId);
  });
});

import { createRandom } from '@relumine/core';
import * as tf from '@tensorflow/tfjs-core';
import { expectNoLeak } from '@tooling/testing';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { registerGradients } from '../gradients/registerGradients';
import { builds, fenced, startNative } from './support.testing';

interface Case {
  n: number;
  size: number;
  channels: [number, number, number];
  pad: 'same' | 'valid';
  pool: [size: number, stride: number];
}

const read = (tensor: tf.Tensor): Float32Array => tensor.dataSync().slice() as Float32Array;

function weights({ n, size, channels: [c0, c1, c2] }: Case): tf.Tensor[] {
  const random = createRandom(`${n} ${size}`);
  const draw = (shape: number[]): tf.Tensor =>
    tf.tensor(
      Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => random.normal()),
      shape,
    );
  return [draw([n, size, size, c0]), draw([3, 3, c0, c1]), draw([c1]), draw([3, 3, c1, c2]), draw([c2])];
}

/** Two convolutions with biases and ReLUs, and max-pooling. */
function network([x, w1, b1, w2, b2]: tf.Tensor[], { pad, pool }: Case): tf.Tensor {
  const first = tf.relu(tf.add(tf.conv2d(x as tf.Tensor4D, w1 as tf.Tensor4D, 1, pad), b1!)) as tf.Tensor4D;
  const second = tf.relu(tf.add(tf.conv2d(first, w2 as tf.Tensor4D, 1, pad), b2!)) as tf.Tensor4D;
  return tf.maxPool(second, pool[0], pool[1], 'valid');
}

const loss = (inputs: tf.Tensor[], c: Case): tf.Scalar => tf.sum(tf.square(network(inputs, c))) as tf.Scalar;

const gradients = (inputs: tf.Tensor[], c: Case): Float32Array[] =>
  tf.tidy(() =>
    tf
      .grads((...all) => loss(all, c))(inputs)
      .map(read),
  );

/** The same with every kernel by itself: a profile looks at each output. */
async function separately<T>(action: () => T): Promise<T> {
  let result: T | undefined;
  await tf.profile(() => {
    result = action();
    return [];
  });
  return result as T;
}

const cases = fc.record({
  n: fc.constantFrom(1, 7, 8, 13),
  size: fc.constantFrom(12, 14, 17),
  channels: fc.constantFrom<Case['channels']>([1, 8, 12], [3, 12, 8], [8, 20, 16], [2, 6, 5]),
  pad: fc.constantFrom<Case['pad']>('same', 'valid'),
  pool: fc.constantFrom<Case['pool']>([2, 2], [3, 2], [3, 3]),
});

const plain: Case = { n: 9, size: 14, channels: [3, 8, 12], pad: 'valid', pool: [2, 2] };

describe.each(builds)('$name', ({ relaxedSimd }) => {
  beforeAll(() => {
    registerGradients();
    return startNative(relaxedSimd);
  });

  test('gradients on their way back through pools, ReLUs and biases in one pass are those of the passes one by one, bit for bit', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (c) => {
        const inputs = weights(c);
        const together = fenced(() => gradients(inputs, c));
        expect(together).toEqual(await separately(() => gradients(inputs, c)));
        tf.dispose(inputs);
      }),
      { numRuns: 40, seed: 5 },
    );
  });

  test('the first time and later, when sums are expected, and after a NaN', async () => {
    // So many images that not all of them are done at once.
    const c = { ...plain, n: 20, size: 20 };
    const inputs = weights(c);
    const once = gradients(inputs, c);
    expect(gradients(inputs, c)).toEqual(once);
    const values = read(inputs[0]!);
    values[100] = Number.NaN;
    const spoiled = [tf.tensor(values, inputs[0]!.shape), ...inputs.slice(1)];
    const found = gradients(spoiled, c);
    expect(found[4]!.every(Number.isNaN)).toBe(true);
    expect(found).toEqual(await separately(() => gradients(spoiled, c)));
    tf.dispose([...inputs, spoiled[0]!]);
  });

  test('sums of a gradient are those of its values, to the last digit', () => {
    tf.tidy(() => {
      const inputs = weights(plain);
      const [dz, sum] = tf.tidy(() => {
        const z = tf.conv2d(inputs[0] as tf.Tensor4D, inputs[1] as tf.Tensor4D, 1, 'valid');
        // Once for the backend to see that sums follow.
        for (let i = 0; ; i++) {
          const slope = tf.grad((t) => tf.sum(tf.square(tf.relu(t))))(z);
          const total = tf.sum(slope, [0, 1, 2]);
          if (i > 0) return [slope, total];
        }
      }) as [tf.Tensor, tf.Tensor];
      const values = read(dz);
      const expected = new Float64Array(8);
      values.forEach((value, i) => {
        expected[i % 8]! += value;
      });
      expect(read(sum)).toEqual(Float32Array.from(expected));
      expect(read(tf.sum(tf.tensor(values, dz.shape), [0, 1, 2]))).toEqual(read(sum));
      const mean = tf.mean(tf.tensor(values, dz.shape), [0, 1, 2]);
      expect(read(mean)).toEqual(Float32Array.from(expected, (value) => value / (dz.size / 8)));
    });
  });

  test('a ReLU of another shape than the pool that reads it', async () => {
    const c = { ...plain, size: 13 };
    const inputs = weights(c);
    const flat = (): Float32Array[] =>
      tf.tidy(() =>
        tf
          .grads((...[x, w, b]) => {
            const z = tf.add(tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 'valid'), b!);
            const h = tf.relu(tf.reshape(z, [9, -1]));
            return tf.sum(tf.square(tf.maxPool(tf.reshape(h, [9, 11, 11, 8]) as tf.Tensor4D, 2, 2, 'valid')));
          })(inputs.slice(0, 3))
          .map(read),
      );
    expect(flat()).toEqual(await separately(flat));
    tf.dispose(inputs);
  });

  test('whoever reads a gradient that waits gets it, and a second reader of a ReLU adds to it', async () => {
    const inputs = weights(plain);
    // The first ReLU has two readers, and the gradient by the second is asked for itself.
    const forked = (): Float32Array[] =>
      tf.tidy(() => {
        const [x, w1, b1, w2] = inputs as [tf.Tensor4D, tf.Tensor4D, tf.Tensor, tf.Tensor4D];
        const all = tf.grads((w, h2) => {
          const first = tf.relu(tf.add(tf.conv2d(x, w as tf.Tensor4D, 1, 'valid'), b1)) as tf.Tensor4D;
          const second = tf.relu(tf.add(tf.conv2d(first, w2, 1, 'valid'), h2)) as tf.Tensor4D;
          return tf.add(tf.sum(tf.square(tf.maxPool(second, 2, 2, 'valid'))), tf.sum(tf.square(first)));
        })([w1, tf.zeros([9, 10, 10, 12])]);
        return all.map(read);
      });
    const found = await expectNoLeak(forked);
    expect(found).toEqual(await separately(forked));
    tf.dispose(inputs);
  });
});

import { activationGradKernel, activationKernel, createRandom } from '@relumine/core';
import * as tf from '@tensorflow/tfjs-core';
import { expectNoLeak, expectTensorClose } from '@tooling/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { builds, fenced, startNative } from './support.testing';

const random = createRandom('prelu');

describe.each(builds)('$name', ({ relaxedSimd }) => {
  beforeAll(() => startNative(relaxedSimd));

  test.each([1, 2, 3, 4, 5, 7, 8, 33])('slope per channel, %i channels', async (channels) => {
    const shape = [3, 5, channels];
    const xs = Float32Array.from({ length: 15 * channels }, (_, i) => (i % 11 === 3 ? 0 : random.normal()));
    const dys = Float32Array.from(xs, () => random.normal());
    const slopes = Float32Array.from({ length: channels }, () => random.normal());
    await expectNoLeak(() => {
      fenced(() => {
        const [x, dy, alpha] = [tf.tensor(xs, shape), tf.tensor(dys, shape), tf.tensor1d(slopes)];
        const y = tf.engine().runKernel(activationKernel('prelu'), { x, alpha }) as tf.Tensor;
        const grads = tf.engine().runKernel(activationGradKernel('prelu'), { dy, x, alpha }) as unknown as tf.Tensor[];
        const slope = (i: number): number => slopes[i % channels]!;
        expectTensorClose(
          y,
          Float32Array.from(xs, (v, i) => (v > 0 ? v : slope(i) * v)),
          { relative: 0 },
        );
        const dx = Float32Array.from(xs, (v, i) => (v > 0 ? dys[i]! : slope(i) * dys[i]!));
        expectTensorClose(grads[0]!, dx, { relative: 0 });
        const dalpha = new Float64Array(channels);
        xs.forEach((v, i) => {
          dalpha[i % channels]! += dys[i]! * Math.min(v, 0);
        });
        expect(grads[1]!.shape).toEqual([channels]);
        expectTensorClose(grads[1]!, Float32Array.from(dalpha), { relative: 1e-7 });
        tf.dispose([x, dy, alpha, y, grads]);
      });
    });
  });

  test('a scalar slope, a slope per unit, and one that only broadcasts', () => {
    tf.tidy(() => {
      const x = tf.tensor([-1, 2, -3, 4, -5, 6, -7, Number.NaN], [2, 2, 2]);
      expect([...tf.prelu(x, tf.scalar(0.5) as tf.Tensor).dataSync()]).toEqual([
        -0.5,
        2,
        -1.5,
        4,
        -2.5,
        6,
        -3.5,
        Number.NaN,
      ]);
      const unit = tf.tensor([1, 2, 3, 4], [2, 2]);
      expect([...tf.prelu(x, unit).dataSync()]).toEqual([-1, 2, -9, 4, -5, 6, -21, Number.NaN]);
    });
  });
});

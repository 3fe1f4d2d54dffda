import '@tensorflow/tfjs-layers';
import { createRandom } from '@relumine/core';
import * as tf from '@tensorflow/tfjs-core';
import { expectNoLeak, maxRelativeToLargest } from '@tooling/testing';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { batchNormGradKernel } from './batchNorm';
import { builds, fenced, startNative } from './support.testing';

interface Case {
  rows: number;
  channels: number;
  scaled: boolean;
  shifted: boolean;
}

const epsilon = 1e-3;

function draw({ rows, channels }: Case, seed: string) {
  const random = createRandom(seed);
  const normals = (size: number, offset = 0): Float32Array =>
    Float32Array.from({ length: size }, () => random.normal() + offset);
  return {
    x: normals(rows * channels, 3),
    dy: normals(rows * channels),
    mean: normals(channels, 3),
    variance: normals(channels).map((v) => v * v),
    scale: normals(channels),
    offset: normals(channels),
  };
}

/** Values and gradients in float64, by the formula. */
function reference(c: Case, { x, dy, mean, variance, scale, offset }: ReturnType<typeof draw>) {
  const { rows, channels } = c;
  const [y, dx] = [new Float64Array(x.length), new Float64Array(x.length)];
  const sums = { mean: new Float64Array(channels), variance: new Float64Array(channels) };
  const [dOffset, dScale] = [new Float64Array(channels), new Float64Array(channels)];
  // Sums of the terms' absolute values: rounding is a share of those.
  const sizes = Array.from({ length: 4 }, () => new Float64Array(channels));
  for (let r = 0; r < rows; r++)
    for (let k = 0; k < channels; k++) {
      const at = r * channels + k;
      const inverse = 1 / Math.sqrt(variance[k]! + epsilon);
      const gamma = c.scaled ? scale[k]! : 1;
      const centred = x[at]! - mean[k]!;
      y[at] = centred * inverse * gamma + (c.shifted ? offset[k]! : 0);
      dx[at] = dy[at]! * inverse * gamma;
      sums.mean[k]! -= dx[at]!;
      sums.variance[k]! -= 0.5 * dx[at]! * centred * inverse ** 2;
      dOffset[k]! += dy[at]!;
      dScale[k]! += dy[at]! * centred * inverse;
      const terms = [dx[at]!, 0.5 * dx[at]! * centred * inverse ** 2, dy[at]!, dy[at]! * centred * inverse];
      for (const [i, term] of terms.entries()) sizes[i]![k]! += Math.abs(term);
    }
  return { y, gradients: [dx, sums.mean, sums.variance, dOffset, dScale], sizes: [dx.map(Math.abs), ...sizes] };
}

function run(c: Case, values: ReturnType<typeof draw>, options: { grow?: boolean } = {}) {
  return fenced(() => {
    const shape = [1, c.rows, 1, c.channels];
    const [x, dy] = [tf.tensor(values.x, shape), tf.tensor(values.dy, shape)];
    const [mean, variance] = [tf.tensor1d(values.mean), tf.tensor1d(values.variance)];
    const [scale, offset] = [tf.tensor1d(values.scale), tf.tensor1d(values.offset)];
    const some = { x, mean, variance, ...(c.scaled ? { scale } : {}) };
    const attrs = { varianceEpsilon: epsilon };
    const engine = tf.engine();
    const y = engine.runKernel('FusedBatchNorm', { ...some, ...(c.shifted ? { offset } : {}) }, attrs) as tf.Tensor;
    const out = engine.runKernel(batchNormGradKernel, { ...some, dy }, attrs) as unknown as tf.Tensor[];
    const result = { y: y.dataSync(), gradients: out.map((tensor) => tensor.dataSync()) };
    tf.dispose([x, dy, mean, variance, scale, offset, y, out]);
    return result;
  }, options);
}

const cases = fc.record({
  rows: fc.integer({ min: 1, max: 150 }),
  channels: fc.integer({ min: 1, max: 21 }),
  scaled: fc.boolean(),
  shifted: fc.boolean(),
});

describe.each(builds)('$name', ({ relaxedSimd }) => {
  beforeAll(() => startNative(relaxedSimd));

  test('values and all gradients agree with float64 over random shapes', async () => {
    const property = async (c: Case): Promise<void> => {
      const values = draw(c, JSON.stringify(c));
      const [actual, expected] = [run(c, values), reference(c, values)];
      expect(maxRelativeToLargest(actual.y, expected.y)).toBeLessThan(1e-6);
      actual.gradients.forEach((gradient, i) => {
        gradient.forEach((value, at) => {
          expect(Math.abs(value - expected.gradients[i]![at]!)).toBeLessThanOrEqual(1e-6 * expected.sizes[i]![at]!);
        });
      });
    };
    await fc.assert(fc.asyncProperty(cases, property), { numRuns: 60, seed: 3 });
  });

  test('many rows lose nothing; again and with a growing heap it is the same, bit for bit; nothing leaks', async () => {
    const c: Case = { rows: 4000, channels: 5, scaled: true, shifted: true };
    const values = draw(c, 'many');
    const [once, expected] = [run(c, values), reference(c, values)];
    once.gradients.forEach((gradient, i) => {
      expect(maxRelativeToLargest(gradient, expected.gradients[i]!)).toBeLessThan(1e-6);
    });
    const bits = ({ y, gradients }: typeof once): string =>
      [y, ...gradients].map((out) => Buffer.from(out.slice().buffer).toString('base64')).join(' ');
    await expectNoLeak(() => expect(bits(run(c, values)) === bits(once)).toBe(true));
    expect(bits(run(c, values, { grow: true })) === bits(once)).toBe(true);
  });

  test('NaN and infinity stay in their channel', () => {
    const c: Case = { rows: 5, channels: 6, scaled: true, shifted: true };
    const values = draw(c, 'nan');
    values.x[1] = Number.NaN;
    values.x[2] = Number.POSITIVE_INFINITY;
    const { y, gradients } = run(c, values);
    expect([...y.keys()].filter((i) => !Number.isFinite(y[i]!))).toEqual([1, 2]);
    for (const i of [2, 4]) {
      expect([...gradients[i]!.keys()].filter((at) => !Number.isFinite(gradients[i]![at]!))).toEqual([1, 2]);
    }
    for (const i of [0, 1, 3]) expect(gradients[i]!.every(Number.isFinite)).toBe(true);
  });

  test('no rows give zero sums', () => {
    const { y, gradients } = run(
      { rows: 0, channels: 3, scaled: true, shifted: true },
      draw({ rows: 0, channels: 3, scaled: true, shifted: true }, 'none'),
    );
    expect(y).toHaveLength(0);
    for (const gradient of gradients.slice(1)) expect([...gradient].every((value) => value === 0)).toBe(true);
  });

  test('a mean of another shape goes the stock way', () => {
    tf.tidy(() => {
      const [x, mean, variance] = [tf.ones([2, 2, 2, 4]), tf.zeros([2, 2, 2, 4]), tf.ones([2, 2, 2, 4])];
      const y = tf.batchNorm(x as tf.Tensor4D, mean as tf.Tensor4D, variance as tf.Tensor4D, undefined, undefined, 0);
      expect([...y.dataSync()].every((value) => value === 1)).toBe(true);
    });
  });
});

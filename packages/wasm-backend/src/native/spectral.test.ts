import { spectralNormalizeGradKernel, spectralNormalizeKernel, spectralVectorsKernel } from '@relumine/core';
import * as tf from '@tensorflow/tfjs-core';
import { countTensors } from '@tooling/testing';
import { beforeEach, describe, expect, test } from 'vitest';
import { builds, fenced, startNative } from './support.testing';

type Attributes = { iterations: number; first: 'u' | 'v'; epsilon: number; target: number; onlyIfLarger: boolean };
const plain: Attributes = { iterations: 1, first: 'u', epsilon: 1e-12, target: 1, onlyIfLarger: false };
const run = (name: string, inputs: tf.NamedTensorMap, attrs: object): tf.Tensor[] =>
  [fenced(() => tf.engine().runKernel(name, inputs, attrs as tf.NamedAttrMap))].flat() as tf.Tensor[];

/** The same in float64. */
function reference(k: Float32Array, rows: number, columns: number, u0: Float32Array, v0: Float32Array, a: Attributes) {
  let [u, v]: [Float64Array, Float64Array] = [Float64Array.from(u0), Float64Array.from(v0)];
  const unit = (x: Float64Array): Float64Array => x.map((value) => value / Math.max(Math.hypot(...x), a.epsilon));
  const left = (): Float64Array =>
    Float64Array.from({ length: columns }, (_, j) => v.reduce((sum, vi, i) => sum + vi * k[i * columns + j]!, 0));
  const right = (): Float64Array =>
    Float64Array.from({ length: rows }, (_, i) => u.reduce((sum, uj, j) => sum + uj * k[i * columns + j]!, 0));
  for (let i = 0; i < a.iterations; i++) {
    if (a.first === 'u') u = unit(left());
    v = unit(right());
    if (a.first === 'v') u = unit(left());
  }
  const sigma = right().reduce((sum, x, i) => sum + x * v[i]!, 0);
  return { u, v, sigma, factor: sigma > (a.onlyIfLarger ? a.target : 0) ? a.target / sigma : 1 };
}

const shapes: [number[], number, number][] = [
  [[1, 1], 1, 1],
  [[3, 2], 3, 2],
  [[5, 7], 5, 7],
  [[3, 3, 2, 13], 18, 13],
  [[601, 16], 601, 16],
  [[2, 1100], 2, 1100],
  [[7, 1101], 7, 1101],
];
const variants: Attributes[] = [
  plain,
  { ...plain, iterations: 0 },
  { ...plain, iterations: 3, first: 'v' },
  { ...plain, target: 2.5, onlyIfLarger: true },
  { ...plain, target: 1e6, onlyIfLarger: true },
];

describe.each(builds)('$name', ({ relaxedSimd }) => {
  beforeEach(() => startNative(relaxedSimd));

  test.each(shapes.flatMap((shape) => variants.map((attributes) => [...shape, attributes] as const)))(
    'kernel %j: step and gradient against float64',
    (shape, rows, columns, attributes) => {
      const before = countTensors();
      const normal = (of: number[], seed: number): tf.Tensor => tf.randomNormal(of, 0, 1, 'float32', seed);
      const [kernel, u, v, dy] = [normal(shape, 1), normal([columns], 2), normal([rows], 3), normal(shape, 4)];
      const [y, nextU, nextV, sigma] = run(spectralNormalizeKernel, { kernel, u, v }, attributes) as [
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
      ];
      const k = kernel.dataSync<'float32'>();
      const expected = reference(k, rows, columns, u.dataSync<'float32'>(), v.dataSync<'float32'>(), attributes);
      const near = (found: tf.Tensor, wanted: ArrayLike<number>): void => {
        const largest = Math.max(...Array.from(wanted, Math.abs));
        for (const [i, value] of found.dataSync().entries())
          expect(Math.abs(value - wanted[i]!)).toBeLessThanOrEqual(2e-6 * largest);
      };
      near(nextU, expected.u);
      near(nextV, expected.v);
      // Where u and v are no singular vectors, sigma is a sum that cancels.
      const size = attributes.iterations > 0 ? expected.sigma : Math.hypot(...k) * Math.hypot(...expected.u, 1);
      expect(Math.abs(sigma.dataSync()[0]! - expected.sigma)).toBeLessThan(2e-6 * size * Math.hypot(...expected.v, 1));
      expect([y.shape, sigma.shape]).toEqual([shape, []]);
      const vectors = run(spectralVectorsKernel, { kernel, u, v }, attributes);
      for (const [i, same] of [nextU, nextV, sigma].entries())
        expect([...vectors[i]!.dataSync()]).toEqual([...same.dataSync()]);
      tf.dispose(vectors);
      if (attributes.iterations === 0) {
        tf.dispose([kernel, u, v, dy, y, nextU, nextV, sigma]);
        return;
      }
      near(
        y,
        k.map((value) => value * expected.factor),
      );
      const [dx] = run(spectralNormalizeGradKernel, { dy, y, u: nextU, v: nextV, sigma }, attributes) as [tf.Tensor];
      const g = dy.dataSync<'float32'>();
      const divided = expected.factor !== 1;
      const along = divided
        ? g.reduce((sum, value, i) => sum + value * k[i]! * expected.factor, 0) / attributes.target
        : 0;
      near(
        dx,
        Float64Array.from(g, (value, i) => {
          const direction = expected.v[Math.floor(i / columns)]! * expected.u[i % columns]!;
          return (value - along * direction) * expected.factor;
        }),
      );
      tf.dispose([kernel, u, v, dy, y, nextU, nextV, sigma, dx]);
      expect(countTensors()).toEqual(before);
    },
  );

  test('a zero kernel stays, a NaN is seen, an empty kernel stays empty', () => {
    const [zero, u, v] = [tf.zeros([3, 2]), tf.ones([2]), tf.ones([3])];
    const [y, nextU, , sigma] = run(spectralNormalizeKernel, { kernel: zero, u, v }, plain) as tf.Tensor[];
    expect([...y!.dataSync(), ...nextU!.dataSync(), ...sigma!.dataSync()]).toEqual(new Array(9).fill(0));
    const broken = tf.tensor([1, Number.NaN, 2, 3, 4, 5], [3, 2]);
    const [z, , , norm] = run(spectralNormalizeKernel, { kernel: broken, u, v }, plain) as tf.Tensor[];
    expect([z!.dataSync()[1], norm!.dataSync()[0]]).toEqual([Number.NaN, Number.NaN]);
    const none = run(spectralNormalizeKernel, { kernel: tf.zeros([0, 2]), u, v: tf.zeros([0]) }, plain);
    expect(none.map(({ shape }) => shape)).toEqual([[0, 2], [2], [0], []]);
    const vectors = run(spectralVectorsKernel, { kernel: tf.zeros([0, 2]), u: tf.ones([2]), v: tf.zeros([0]) }, plain);
    expect(vectors.map((tensor) => [...tensor.dataSync()])).toEqual([[0, 0], [], [0]]);
  });
});

import { spectralProductGradKernel, spectralProductKernel } from '@relumine/core';
import * as tf from '@tensorflow/tfjs-core';
import { expectNoLeak } from '@tooling/testing';
import { beforeEach, describe, expect, test } from 'vitest';
import { builds, fenced, startNative } from './support.testing';

interface Attributes {
  target: number;
  onlyIfLarger: boolean;
}

const run = (name: string, inputs: Record<string, tf.Tensor>, attrs: Attributes): tf.Tensor[] =>
  [fenced(() => tf.engine().runKernel(name, inputs, { ...attrs }))].flat() as tf.Tensor[];

/** a[rows, steps] · b[steps, columns] in float64, each factor transposed or not. */
function product(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  [rows, steps, columns]: readonly number[],
  ta = false,
  tb = false,
) {
  return Float64Array.from({ length: rows! * columns! }, (_, at) => {
    const [i, j] = [Math.floor(at / columns!), at % columns!];
    let sum = 0;
    for (let s = 0; s < steps!; s++)
      sum += (ta ? a[s * rows! + i]! : a[i * steps! + s]!) * (tb ? b[j * steps! + s]! : b[s * columns! + j]!);
    return sum;
  });
}

const near = (found: tf.Tensor, wanted: Float64Array): void => {
  const largest = Math.max(...wanted.map(Math.abs));
  for (const [i, value] of found.dataSync().entries())
    expect(Math.abs(value - wanted[i]!)).toBeLessThanOrEqual(3e-6 * largest);
};

/** Samples, inputs, outputs; the last two lead to several blocks of the sum, and to rows that are copied part by part. */
const shapes: [number, number, number][] = [
  [1, 1, 1],
  [1, 3, 1],
  [2, 5, 7],
  [16, 50, 20],
  [513, 6, 9],
  [64, 700, 33],
];
const variants: Attributes[] = [
  { target: 1, onlyIfLarger: false },
  { target: 2.5, onlyIfLarger: false },
  { target: 1e6, onlyIfLarger: true },
];

describe.each(builds)('$name', ({ relaxedSimd }) => {
  beforeEach(() => startNative(relaxedSimd));

  test.each(shapes.flatMap((shape) => variants.map((attributes) => [...shape, attributes] as const)))(
    '%d samples, %d to %d: the product with the divided kernel and its gradients, against float64',
    async (samples, inputs, outputs, attributes) => {
      const normal = (shape: number[], seed: number): tf.Tensor => tf.randomNormal(shape, 0, 1, 'float32', seed);
      const [x, kernel, dy] = [
        normal([samples, inputs], 1),
        normal([inputs, outputs], 2),
        normal([samples, outputs], 3),
      ];
      const [u, v, sigma] = [normal([outputs], 4), normal([inputs], 5), tf.scalar(3.7)];
      const tensors = [x, kernel, dy, u, v, sigma];
      const [xs, ks, g, us, vs] = [x, kernel, dy, u, v].map((tensor) => tensor.dataSync<'float32'>()) as Float32Array[];
      const divided = !attributes.onlyIfLarger || 3.7 > attributes.target;
      const factor = divided ? attributes.target / Math.fround(3.7) : 1;
      await expectNoLeak(() => {
        const [y] = run(spectralProductKernel, { x, kernel, sigma }, attributes) as [tf.Tensor];
        near(
          y,
          product(xs!, ks!, [samples, inputs, outputs]).map((value) => value * factor),
        );
        const found = { dy, x, kernel, y, u, v, sigma };
        const [dx, dKernel] = run(spectralProductGradKernel, found, attributes) as [tf.Tensor, tf.Tensor];
        const dz = Float64Array.from(g!, (value) => value * factor);
        near(dx, product(dz, ks!, [samples, outputs, inputs], false, true));
        const ys = y.dataSync();
        const along = divided ? dz.reduce((sum, value, i) => sum + value * ys[i]!, 0) / attributes.target : 0;
        near(
          dKernel,
          product(xs!, dz, [inputs, samples, outputs], true).map(
            (value, i) => value - along * vs![Math.floor(i / outputs)]! * us![i % outputs]!,
          ),
        );
        expect([y.shape, dx.shape, dKernel.shape]).toEqual([dy.shape, x.shape, kernel.shape]);
        tf.dispose([y, dx, dKernel]);
      });
      tf.dispose(tensors);
    },
  );

  test('nothing times something, and a NaN is seen', () => {
    const attributes = { target: 1, onlyIfLarger: false };
    const [u, v] = [tf.ones([2]), tf.ones([3])];
    const kernel = tf.ones([3, 2]);
    const [x, dy] = [tf.zeros([0, 3]), tf.zeros([0, 2])];
    const sigma = tf.scalar(2);
    const [y] = run(spectralProductKernel, { x, kernel, sigma }, attributes) as [tf.Tensor];
    const [dx, dKernel] = run(spectralProductGradKernel, { dy, x, kernel, y, u, v, sigma }, attributes) as tf.Tensor[];
    expect([y.shape, dx!.shape, [...dKernel!.dataSync()]]).toEqual([
      [0, 2],
      [0, 3],
      [0, 0, 0, 0, 0, 0],
    ]);
    const broken = tf.scalar(Number.NaN);
    const [z] = run(spectralProductKernel, { x: tf.ones([1, 3]), kernel, sigma: broken }, attributes) as [tf.Tensor];
    expect([...z.dataSync()]).toEqual([Number.NaN, Number.NaN]);
  });
});

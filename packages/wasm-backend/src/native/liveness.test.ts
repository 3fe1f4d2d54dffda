import {
  type ActivationName,
  activationGradKernel,
  activationKernel,
  activationLivenessKernel,
  createRandom,
} from '@relumine/core';
import * as tf from '@tensorflow/tfjs-core';
import { expectNoLeak } from '@tooling/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { builds, fenced, specialValues, startNative } from './support.testing';

interface Attrs {
  name: string;
  params: object;
  epsilon: number;
  low?: number;
  high?: number;
}

/** The same in plain JavaScript, over all batches at once; `slope` as the tested kernels give it. */
function reference(
  batches: readonly Float32Array[],
  slopes: readonly ArrayLike<number>[],
  units: number,
  channels: number,
  attrs: Attrs,
) {
  const nonFinite = new Array<number>(channels).fill(0);
  const dead = new Array<number>(channels).fill(0);
  const maxZ = new Array<number>(channels).fill(Number.NEGATIVE_INFINITY);
  for (let unit = 0; unit < units; unit++) {
    const c = unit % channels;
    const [z, d] = [batches, slopes].map((list) =>
      list.flatMap((values) => Array.from({ length: values.length / units }, (_, n) => values[n * units + unit]!)),
    ) as [number[], number[]];
    nonFinite[c]! += z.filter((value) => !Number.isFinite(value)).length;
    if (z.some(Number.isNaN)) continue;
    const { low, high, epsilon } = attrs;
    const windowed = low !== undefined && high !== undefined;
    const always = low === Number.NEGATIVE_INFINITY && high === Number.POSITIVE_INFINITY;
    const above = high === Number.POSITIVE_INFINITY;
    const fires = z.some((value, i) =>
      windowed ? value > low && (above || value < high) : Math.abs(d[i]!) > Math.fround(epsilon),
    );
    if (!fires && !always) dead[c]!++;
    maxZ[c] = Math.max(maxZ[c]!, ...z);
  }
  return { nonFinite, dead, maxZ };
}

describe.each(builds)('$name', ({ relaxedSimd }) => {
  beforeAll(() => startNative(relaxedSimd));

  const infinity = Number.POSITIVE_INFINITY;
  const cases: Attrs[] = [
    { name: 'relu', params: {}, epsilon: 0, low: 0, high: infinity },
    { name: 'elu', params: { alpha: 1 }, epsilon: 1e-3, low: Math.log(1e-3), high: infinity },
    { name: 'relu6', params: {}, epsilon: 0, low: 0, high: 6 },
    { name: 'logSigmoid', params: {}, epsilon: 1e-3, low: -infinity, high: 6.9 },
    { name: 'leakyRelu', params: { negativeSlope: 0.1 }, epsilon: 0, low: -infinity, high: infinity },
    { name: 'softshrink', params: { lambda: 0.5 }, epsilon: 0 },
    { name: 'silu', params: {}, epsilon: 1e-3 },
  ];
  const shapes = [
    [5, 7, 3, 6],
    [2, 1],
    [3, 40, 64],
    [4, 33],
    [2, 50, 50, 3],
    [1, 1000, 5],
  ];

  test.each(cases)('$name: units, extremes and what is not finite, over two calls, as by hand', async (attrs) => {
    for (const shape of shapes) {
      const random = createRandom(`${attrs.name} ${shape}`);
      const channels = shape.at(-1)!;
      const units = tf.util.sizeFromShape(shape.slice(1));
      const make = () =>
        Float32Array.from({ length: tf.util.sizeFromShape(shape) }, (_, i) =>
          i % 97 === 5 ? specialValues[random.integer(specialValues.length)]! : random.normal() * 2 - 2,
        );
      const batches = [make(), make()];
      await expectNoLeak(() =>
        fenced(() => {
          const best = tf.fill([units / channels, channels], 7);
          const fired = tf.ones([units / channels, channels], 'int32');
          const nonFinite = tf.fill([channels], 9, 'int32');
          const slopes: ArrayLike<number>[] = [];
          let outputs: tf.Tensor[] = [];
          for (const [i, values] of batches.entries()) {
            tf.dispose(outputs);
            const x = tf.tensor(values, shape);
            outputs = tf.engine().runKernel(activationLivenessKernel, { x, best, fired, nonFinite }, {
              ...attrs,
              fresh: i === 0,
              apply: i === 1,
            } as never) as unknown as tf.Tensor[];
            const dy = tf.onesLike(x);
            const d = tf
              .engine()
              .runKernel(
                activationGradKernel(attrs.name as ActivationName),
                { dy, x },
                attrs.params as never,
              ) as tf.Tensor;
            slopes.push(d.dataSync());
            expect(outputs).toHaveLength(i === 1 ? 3 : 2);
            if (i === 1) {
              const [, , h] = outputs;
              const plain = tf
                .engine()
                .runKernel(activationKernel(attrs.name as ActivationName), { x }, attrs.params as never) as tf.Tensor;
              expect(h!.shape).toEqual(shape);
              expect(h!.dataSync()).toEqual(plain.dataSync());
              plain.dispose();
            }
            tf.dispose([x, dy, d]);
          }
          const expected = reference(batches, slopes, units, channels, attrs);
          expect([...nonFinite.dataSync()]).toEqual(expected.nonFinite);
          expect([...outputs[0]!.dataSync()]).toEqual(expected.dead);
          expect([...outputs[1]!.dataSync()].map((z) => z + 0)).toEqual(expected.maxZ.map((z) => z + 0));
          tf.dispose([best, fired, nonFinite, outputs]);
        }),
      );
    }
  });

  test('state of another size is refused, and nothing leaks when memory runs out', () => {
    const x = tf.zeros([2, 3, 4]);
    const state = (positions: number) => ({
      best: tf.zeros([positions, 4]),
      fired: tf.zeros([0, 4], 'int32'),
      nonFinite: tf.zeros([4], 'int32'),
    });
    const attrs = { name: 'relu', params: {}, epsilon: 0, low: 0, high: infinity, fresh: true };
    const [right, wrong] = [state(3), state(2)];
    const run = (one: typeof right) => tf.engine().runKernel(activationLivenessKernel, { x, ...one }, attrs as never);
    expect(() => run(wrong)).toThrow('has no form for these arguments');
    const { wasm } = tf.backend() as unknown as { wasm: { _malloc(n: number): number } };
    const malloc = wasm._malloc;
    const before = tf.backend().numDataIds();
    let calls = 0;
    wasm._malloc = (bytes) => (calls++ < 1 ? malloc(bytes) : 0);
    try {
      expect(() => run(right)).toThrow('no room');
    } finally {
      wasm._malloc = malloc;
    }
    expect(tf.backend().numDataIds()).toBe(before);
    tf.dispose([x, Object.values(right), Object.values(wrong)]);
  });
});

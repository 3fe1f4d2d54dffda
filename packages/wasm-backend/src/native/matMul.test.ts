import { createRandom } from '@relumine/core';
import * as tf from '@tensorflow/tfjs-core';
import { expectNoLeak, maxRelativeToLargest } from '@tooling/testing';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { builds, fenced, startNative } from './support.testing';

const cases = fc.record({
  m: fc.integer({ min: 1, max: 40 }),
  k: fc.integer({ min: 1, max: 40 }),
  n: fc.integer({ min: 1, max: 40 }),
  outer: fc.constantFrom<[number[], number[]]>([[], []], [[3], [3]], [[2], [1]], [[], [2]], [[2, 1], [3]]),
  transposeA: fc.boolean(),
  transposeB: fc.boolean(),
  bias: fc.boolean(),
  activation: fc.constantFrom('linear', 'relu', 'leakyrelu'),
});

type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never;

function run(c: Case, name: 'BatchMatMul' | '_FusedMatMul'): void {
  const random = createRandom(JSON.stringify(c));
  const draw = (shape: number[]): tf.Tensor =>
    tf.tensor(
      Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => random.normal()),
      shape,
    );
  fenced(() => {
    tf.tidy(() => {
      const a = draw([...c.outer[0], ...(c.transposeA ? [c.k, c.m] : [c.m, c.k])]);
      const b = draw([...c.outer[1], ...(c.transposeB ? [c.n, c.k] : [c.k, c.n])]);
      const bias = c.bias ? draw([c.n]) : undefined;
      const fused = name === '_FusedMatMul';
      const attrs = {
        transposeA: c.transposeA,
        transposeB: c.transposeB,
        activation: c.activation,
        leakyreluAlpha: 0.5,
      };
      const inputs = fused && bias ? { a, b, bias } : { a, b };
      const product = tf.engine().runKernel(name, inputs, attrs) as tf.Tensor;
      const outer = tf.broadcast_util.assertAndGetBroadcastShape(c.outer[0], c.outer[1]);
      expect(product.shape).toEqual([...outer, c.m, c.n]);
      const [av, bv] = [a.dataSync(), b.dataSync()];
      const expected = new Float64Array(product.size);
      const batches = tf.util.sizeFromShape(outer);
      // [2, 1] with [3] gives 2 · 3 pairs; in the other cases one side is the batch or a single matrix.
      const of = (own: number[], batch: number): number => {
        const count = tf.util.sizeFromShape(own);
        return own.length === 2 ? Math.floor(batch / 3) : batch % count;
      };
      for (let batch = 0; batch < batches; batch++) {
        const [ia, ib] = [of(c.outer[0], batch) * c.m * c.k, of(c.outer[1], batch) * c.k * c.n];
        for (let i = 0; i < c.m; i++)
          for (let j = 0; j < c.n; j++) {
            let sum = fused && bias ? bias.dataSync()[j]! : 0;
            for (let k = 0; k < c.k; k++) {
              const x = av[ia + (c.transposeA ? k * c.m + i : i * c.k + k)]!;
              sum += x * bv[ib + (c.transposeB ? j * c.k + k : k * c.n + j)]!;
            }
            if (fused && c.activation === 'relu') sum = Math.max(sum, 0);
            if (fused && c.activation === 'leakyrelu' && sum < 0) sum *= 0.5;
            expected[(batch * c.m + i) * c.n + j] = sum;
          }
      }
      expect(maxRelativeToLargest(product.dataSync(), expected)).toBeLessThan(2e-6);
    });
  });
}

const plain: Case = {
  m: 5,
  k: 6,
  n: 7,
  outer: [[], []],
  transposeA: false,
  transposeB: false,
  bias: true,
  activation: 'linear',
};

describe.each(builds)('$name', ({ relaxedSimd }) => {
  beforeAll(() => startNative(relaxedSimd));

  test.each(['BatchMatMul', '_FusedMatMul'] as const)('%s agrees with float64', async (name) => {
    const property = async (c: Case): Promise<void> => run(c, name);
    await fc.assert(fc.asyncProperty(cases, property), { numRuns: 80, seed: 3 });
  });

  test.each<Partial<Case>>([
    { m: 12, k: 1100, n: 40 },
    { m: 300, k: 9, n: 40, transposeA: true },
    { m: 9, k: 40, n: 300, transposeB: true },
    { m: 40, k: 1030, n: 9, transposeA: true, transposeB: true },
    { m: 400, k: 64, n: 16, transposeA: true },
  ])('beyond one block: %j', (c) => run({ ...plain, ...c }, '_FusedMatMul'));

  test('an empty inner dimension gives zeros; NaN is kept; nothing leaks', async () => {
    await expectNoLeak(() => {
      tf.tidy(() => {
        expect([...tf.matMul(tf.zeros([2, 0]), tf.zeros([0, 3])).dataSync()]).toEqual([0, 0, 0, 0, 0, 0]);
        const a = tf.tensor2d([
          [Number.NaN, 1],
          [1, 1],
        ]);
        expect([...tf.matMul(a, tf.ones([2, 1]), false, false).dataSync()]).toEqual([Number.NaN, 2]);
      });
    });
  });
});

import { createRandom } from '@relumine/core';
import { type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import { useBackend } from '@tooling/testing';
import { beforeAll, expect, test } from 'vitest';
import { clipSingularValues, operatorNorm, singularValues } from '../index';
import { hermitianEigenvectors } from '../linalg/hermitianEigenvectors';

beforeAll(() => useBackend('cpu'));

function random(shape: [number, number, number, number], seed: number): Tensor4D {
  const source = createRandom(seed);
  const size = shape.reduce((product, n) => product * n, 1);
  return tensor4d(
    Float32Array.from({ length: size }, () => source.normal()),
    shape,
  );
}

test.each([
  [4, 4, 3, 2],
  [4, 4, 2, 3],
  [4, 4, 2, 2],
] as [number, number, number, number][])('a kernel as large as its input, %j: clipped exactly', async (...shape) => {
  const kernel = random(shape, 1);
  const inputShape = [4, 4] as const;
  const values = await singularValues(kernel, { inputShape });
  const max = values[Math.floor(values.length / 2)]!;
  const { kernel: clipped, before, after } = await clipSingularValues(kernel, { inputShape, max });
  expect(before).toBeCloseTo(values[0]!, 4);
  expect(after).toBeCloseTo(max, 4);
  const found = await singularValues(clipped, { inputShape });
  for (const [i, value] of values.entries()) expect(found[i]).toBeCloseTo(Math.min(value, max), 3);
});

test('a small kernel: cut back, the norm exceeds the limit again, and is reported; more rounds come closer', async () => {
  const kernel = random([3, 3, 4, 4], 2);
  const inputShape = [8, 8] as const;
  const one = await clipSingularValues(kernel, { inputShape, max: 2 });
  const many = await clipSingularValues(kernel, { inputShape, max: 2, iterations: 30 });
  expect(one.before).toBeGreaterThan(one.after);
  expect(one.after).toBeGreaterThan(2);
  expect(many.after).toBeLessThan(one.after);
  expect(many.after).toBeLessThan(2.2);
  expect(await operatorNorm(many.kernel, { inputShape, padding: 'circular' })).toBeCloseTo(many.after, 3);
});

test('a kernel within the limit stays as it is', async () => {
  const kernel = random([3, 3, 2, 2], 3);
  const { kernel: same } = await clipSingularValues(kernel, { inputShape: [6, 6], max: 1e3 });
  const values = kernel.dataSync();
  for (const [i, value] of same.dataSync().entries()) expect(value).toBeCloseTo(values[i]!, 6);
  await expect(clipSingularValues(kernel, { inputShape: [2, 6] })).rejects.toThrow(
    'must not be smaller than the kernel, [3, 3]',
  );
  await expect(clipSingularValues(kernel, { inputShape: [6, 6], max: 0 })).rejects.toThrow('`options.max`');
});

test('eigenvectors: A = V diag(values) Vᴴ', () => {
  const n = 7;
  const source = createRandom(1);
  const re = new Float64Array(n * n);
  const im = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    re[i * n + i] = source.normal();
    for (let j = 0; j < i; j++) {
      re[i * n + j] = source.normal();
      im[i * n + j] = source.normal();
    }
  }
  const { values, vectors } = hermitianEigenvectors({ re: re.slice(), im: im.slice() }, n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let [sumRe, sumIm] = [0, 0];
      for (let k = 0; k < n; k++) {
        const [ar, ai, br, bi] = [
          vectors.re[i * n + k]!,
          vectors.im[i * n + k]!,
          vectors.re[j * n + k]!,
          -vectors.im[j * n + k]!,
        ];
        sumRe += values[k]! * (ar * br - ai * bi);
        sumIm += values[k]! * (ar * bi + ai * br);
      }
      expect(sumRe).toBeCloseTo(re[i * n + j]!, 12);
      expect(sumIm).toBeCloseTo(im[i * n + j]!, 12);
    }
  }
});

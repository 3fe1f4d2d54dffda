import { createRandom, symbolNormsKernel } from '@relumine/core';
import * as tf from '@tensorflow/tfjs-core';
import { countTensors } from '@tooling/testing';
import { beforeEach, describe, expect, test } from 'vitest';
import { ritz } from './ritz';
import { builds, fenced, startNative } from './support.testing';

const shape = [7, 6] as const;
const [height, width] = [3, 2];

/** Taps K_t [n × n] of a random kernel, and A(a, b) = Σ K_s K_tᵀ over s − t = (a, b). */
function kernelOf(n: number, seed: number) {
  const random = createRandom(seed);
  const taps = Array.from({ length: height * width }, () =>
    Float64Array.from({ length: n * n }, () => random.normal()),
  );
  const padded = 4 * Math.ceil(n / 4);
  const lags: [number, number][] = [];
  const [even, odd]: [number[], number[]] = [[], []];
  for (let b = 0; b < width; b++) {
    for (let a = b === 0 ? 0 : 1 - height; a < height; a++) {
      const sum = new Float64Array(n * n);
      for (let i = 0; i < height; i++) {
        for (let j = 0; j + b < width; j++) {
          const [s, t] = [taps[(i + a) * width + j + b], taps[i * width + j]!];
          if (!s || i + a < 0 || i + a >= height) continue;
          for (let p = 0; p < n; p++)
            for (let q = 0; q < n; q++) for (let k = 0; k < n; k++) sum[p * n + q]! += s[p * n + k]! * t[q * n + k]!;
        }
      }
      lags.push([a, b]);
      const half = a === 0 && b === 0 ? 0.5 : 1;
      for (let p = 0; p < padded; p++) {
        for (let q = 0; q < padded; q++) {
          const [x, y] = Math.max(p, q) < n ? [sum[p * n + q]!, sum[q * n + p]!] : [0, 0];
          even.push(half * (x + y));
          odd.push(x - y);
        }
      }
    }
  }
  const of: [number, number, number] = [lags.length, padded, padded];
  const start = Array.from({ length: 2 * padded }, (_, i) => (i % padded < n ? random.normal() : 0));
  return { taps, lags, even: tf.tensor3d(even, of), odd: tf.tensor3d(odd, of), start: tf.tensor2d(start, [2, padded]) };
}

/** λ of K̂ K̂ᴴ at one frequency, by many power iterations in float64. */
function largest(taps: Float64Array[], n: number, [row, column]: readonly [number, number]): number {
  const [re, im] = [new Float64Array(n * n), new Float64Array(n * n)];
  for (const [t, tap] of taps.entries()) {
    const angle = 2 * Math.PI * ((Math.floor(t / width) * row) / shape[0] + ((t % width) * column) / shape[1]);
    for (let k = 0; k < n * n; k++) {
      re[k]! += Math.cos(angle) * tap[k]!;
      im[k]! -= Math.sin(angle) * tap[k]!;
    }
  }
  const random = createRandom(9);
  let x = Array.from({ length: n }, () => [random.normal(), random.normal()] as [number, number]);
  let value = 0;
  for (let step = 0; step < 3000; step++) {
    // y = K̂ᴴ x, then x = K̂ y.
    const y = Array.from({ length: n }, (_, j) =>
      x.reduce<[number, number]>(
        ([a, b], [c, d], i) => {
          const [p, q] = [re[i * n + j]!, -im[i * n + j]!];
          return [a + p * c - q * d, b + p * d + q * c];
        },
        [0, 0],
      ),
    );
    const z = Array.from({ length: n }, (_, i) =>
      y.reduce<[number, number]>(
        ([a, b], [c, d], j) => {
          const [p, q] = [re[i * n + j]!, im[i * n + j]!];
          return [a + p * c - q * d, b + p * d + q * c];
        },
        [0, 0],
      ),
    );
    value = Math.hypot(...z.flat());
    x = z.map(([a, b]) => [a / value, b / value]);
  }
  return value;
}

const frequencies: [number, number][] = [
  [0, 0],
  [0, 3],
  [2, 1],
  [2, 4],
  [3, 0],
  [3, 5],
];

describe.each(builds)('$name', ({ relaxedSimd }) => {
  beforeEach(() => startNative(relaxedSimd));

  test.each([1, 5, 8, 13])('%d channels: the largest eigenvalue of each frequency against float64', (n) => {
    const { taps, lags, even, odd, start } = kernelOf(n, n);
    const run = (share: number): Float32Array => {
      const attrs = { lags, shape, frequencies, tolerance: 1e-5, share } as unknown as tf.NamedAttrMap;
      const found = fenced(() => tf.engine().runKernel(symbolNormsKernel, { even, odd, start }, attrs)) as tf.Tensor;
      const values = found.dataSync<'float32'>();
      found.dispose();
      return values;
    };
    const before = countTensors();
    const [whole, left] = [run(0), run(0.98)];
    expect(countTensors()).toEqual(before);
    const expected = frequencies.map((frequency) => largest(taps, n, frequency));
    const best = Math.max(...expected);
    for (const [k, value] of expected.entries()) {
      expect(Math.abs(whole[2 * k]! / value - 1)).toBeLessThan(2e-5);
      expect(whole[2 * k + 1]).toBeLessThan(2e-5 * value);
      // What was left early is below, and says how far it may be off.
      expect(left[2 * k]!).toBeLessThan(value * (1 + 2e-5));
      if (value === best) expect(Math.abs(left[2 * k]! / value - 1)).toBeLessThan(2e-5);
    }
    tf.dispose([even, odd, start]);
  });

  test('a zero kernel has values 0', () => {
    const [even, start] = [tf.zeros([1, 4, 4]), tf.tensor2d([1, 2, 3, 0, 1, 1, 1, 0], [2, 4])];
    const attrs = { lags: [[0, 0]], shape, frequencies: [[0, 0]], tolerance: 1e-5, share: 0.9 };
    const found = fenced(() =>
      tf.engine().runKernel(symbolNormsKernel, { even, odd: even, start }, attrs as unknown as tf.NamedAttrMap),
    ) as tf.Tensor;
    expect([...found.dataSync()]).toEqual([0, 0]);
    tf.dispose([even, start, found]);
  });
});

test('Ritz values of the second difference matrix are known, and its residual is that of the last entry', () => {
  const k = 6;
  const [alpha, beta] = [new Float64Array(k).fill(2), new Float64Array(k).fill(1)];
  const [value, residual] = ritz(alpha, beta, k);
  const angle = Math.PI / (k + 1);
  expect(value).toBeCloseTo(2 + 2 * Math.cos(angle), 6);
  expect(residual).toBeCloseTo(Math.sqrt(2 / (k + 1)) * Math.sin(k * angle), 5);
});

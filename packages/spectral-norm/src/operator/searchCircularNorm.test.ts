import { createRandom, hasKernel, type Random, symbolNormsKernel } from '@relumine/core';
import { startWasm } from '@relumine/wasm-backend';
import { tensor4d } from '@tensorflow/tfjs-core';
import { expectNoLeak, useBackend } from '@tooling/testing';
import { describe, expect, test } from 'vitest';
import { operatorNorm } from '../index';
import type { KernelValues } from '../linalg/transfer';
import { exactCircularNorm } from './exactCircularNorm';
import { searchCircularNorm } from './searchCircularNorm';

type Fill = (taps: number, inputs: number, outputs: number, random: Random) => Float64Array;

const normals = (length: number, random: Random, scale = 1): Float64Array =>
  Float64Array.from({ length }, () => scale * random.normal());

/** Entry by entry, by its tap, input and output. */
const filled = (
  [taps, inputs, outputs]: readonly [number, number, number],
  at: (t: number, i: number, o: number) => number,
): Float64Array =>
  Float64Array.from({ length: taps * inputs * outputs }, (_, k) =>
    at(Math.floor(k / (inputs * outputs)), Math.floor(k / outputs) % inputs, k % outputs),
  );

/** Kernels without structure, with few strong directions, with ties, with one strong frequency, mostly zeros. */
const fills: Record<string, Fill> = {
  normal: (t, i, o, random) => normals(t * i * o, random),
  'heavy tails': (t, i, o, random) => normals(t * i * o, random).map((x) => x ** 3),
  'low rank': (t, i, o, random) => {
    const parts = [0, 1, 2].map(() => [normals(t, random), normals(i, random), normals(o, random)] as const);
    const noise = normals(t * i * o, random, 0.02);
    return filled([t, i, o], (a, b, c) => parts.reduce((sum, [x, y, z]) => sum + x[a]! * y[b]! * z[c]!, 0)).map(
      (x, k) => x + noise[k]!,
    );
  },
  'near the identity': (t, i, o, random) =>
    filled([t, i, o], (a, b, c) => 0.01 * random.normal() + (a === t >> 1 && b === c ? 1 : 0)),
  identity: (t, i, o) => filled([t, i, o], (a, b, c) => (a === t >> 1 && b === c ? 1 : 0)),
  peaked: (t, i, o, random) => {
    const [y, z] = [normals(i, random), normals(o, random)];
    return filled([t, i, o], (a, b, c) => 0.1 * random.normal() + 0.05 * (a % 2 === 0 ? 1 : -1) * y[b]! * z[c]!);
  },
  sparse: (t, i, o, random) => normals(t * i * o, random).map((x) => (random.uniform() < 0.03 ? x : 0)),
};

/** One in three on an input so large that it is first seen on a coarser torus. */
function drawn(fill: Fill, random: Random, isLarge: boolean): { kernel: KernelValues; shape: [number, number] } {
  const [inputs, outputs] = [17 + random.integer(14), 17 + random.integer(14)];
  const most = isLarge ? 3 : 5;
  const [height, width] = [1 + random.integer(most), 1 + random.integer(most)];
  const values = fill(height * width, inputs, outputs, random);
  const least = isLarge ? 16 : 5;
  const shape: [number, number] = [least + random.integer(10), least + random.integer(10)];
  return { kernel: { values, height, width, inputs, outputs }, shape };
}

describe.each([
  ['stock wasm', 10, () => useBackend('wasm') as Promise<unknown>],
  ['wasm with native kernels', 75, () => startWasm() as Promise<unknown>],
])('%s', (name, draws, start) => {
  test.each(Object.keys(fills))(
    '%s kernels: the largest of all singular values, and never above it',
    async (kind) => {
      await start();
      expect(hasKernel(symbolNormsKernel)).toBe(name !== 'stock wasm');
      const random = createRandom(`${name}/${kind}`);
      for (let draw = 0; draw < draws; draw++) {
        const { kernel, shape } = drawn(fills[kind]!, random, draw % 3 === 2);
        const exact = exactCircularNorm(kernel, shape);
        const found = await searchCircularNorm(kernel, shape, draw);
        expect([draw, found >= exact * (1 - 1e-4), found <= exact * (1 + 1e-12)]).toEqual([draw, true, true]);
      }
    },
    120_000,
  );
});

test('operatorNorm searches where there are many channels; nothing leaks; a zero kernel has norm 0', async () => {
  await startWasm();
  const random = createRandom(1);
  const kernel = tensor4d(Float32Array.from(normals(9 * 20 * 18, random)), [3, 3, 20, 18]);
  const options = { inputShape: [12, 10] as const, padding: 'circular' as const };
  const exact = await operatorNorm(kernel, { ...options, method: 'exact' });
  expect(Math.abs((await expectNoLeak(() => operatorNorm(kernel, options))) / exact - 1)).toBeLessThan(1e-9);
  const zero = tensor4d(new Float32Array(9 * 20 * 18), [3, 3, 20, 18]);
  expect(await operatorNorm(zero, options)).toBe(0);
  await expect(operatorNorm(kernel, { inputShape: [8, 8], method: 'search' })).rejects.toThrow(
    "must be 'lanczos' or 'power' unless padding is 'circular'",
  );
  kernel.dispose();
  zero.dispose();
});

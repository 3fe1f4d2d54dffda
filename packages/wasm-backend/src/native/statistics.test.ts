import { type ActivationName, activationGradKernel, activationKernel, createRandom } from '@relumine/core';
import * as tf from '@tensorflow/tfjs-core';
import { expectNoLeak } from '@tooling/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { builds, fenced, specialValues, startNative } from './support.testing';

/** The counts in plain JavaScript, from z, h and f' as the tested kernels give them. */
function reference(shape: number[], z: ArrayLike<number>, h: ArrayLike<number>, d: ArrayLike<number>, epsilon: number) {
  const channels = shape.at(-1)!;
  const batch = shape[0]!;
  const positions = tf.util.sizeFromShape(shape.slice(1, -1));
  const counts = new Int32Array(4 * channels);
  const units = new Int32Array(positions * channels);
  const infinity = Number.POSITIVE_INFINITY;
  const values = Array.from({ length: channels }, () => [0, 0, 0, infinity, -infinity, -infinity]);
  for (let c = 0; c < channels; c++) {
    const value = values[c]!;
    for (let n = 0; n < batch; n++) {
      let fired = false;
      for (let p = 0; p < positions; p++) {
        const i = (n * positions + p) * channels + c;
        const v = h[i]!;
        if (Math.abs(d[i]!) > Math.fround(epsilon)) {
          fired = true;
          units[p * channels + c]!++;
        }
        if (v === 0) counts[channels + c]!++;
        if (!Number.isFinite(v)) counts[2 * channels + c]!++;
        if (Number.isNaN(z[i]!)) counts[3 * channels + c]!++;
        value[0]! += v;
        value[1]! += Math.abs(v);
        value[2]! += v * v;
        value[3] = Math.min(value[3]!, v);
        value[4] = Math.max(value[4]!, v);
        value[5] = Math.max(value[5]!, z[i]!);
      }
      if (fired) counts[c]!++;
    }
  }
  return { counts, units, values };
}

describe.each(builds)('$name', ({ relaxedSimd }) => {
  beforeAll(() => startNative(relaxedSimd));

  const names: [ActivationName, Record<string, number | string>][] = [
    ['linear', {}],
    ['relu', {}],
    ['relu6', {}],
    ['leakyRelu', { negativeSlope: 0.1 }],
    ['prelu', {}],
    ['elu', { alpha: 0.5 }],
    ['gelu', { approximate: 'none' }],
    ['sigmoid', {}],
    ['hardtanh', { min: -1, max: 1 }],
    ['silu', {}],
    ['hardswish', {}],
    ['softshrink', { lambda: 0.5 }],
  ];
  const shapes = [
    [5, 7, 3, 6],
    [3, 5, 4, 8],
    [2, 1],
    [3, 40, 64],
    [4, 33],
    [1, 1000, 5],
    // Even and odd numbers of samples and positions, rows of a page; few values, so that some channels have no zero.
    [6, 9, 8],
    [3, 2, 1024],
    [2, 4],
    [7, 3, 3, 4],
    // More samples than a byte counts.
    [260, 5, 8],
    // Blocks of rows, and what is left: one beside more samples than a byte counts, some beside values of every kind, many.
    [260, 129, 8],
    [3, 9, 13, 32],
    [2, 6, 12, 16],
    [2, 601, 32],
  ];

  test.each(names)('%s %j counts as by hand, for odd channels, long maps and special values', async (name, params) => {
    for (const shape of shapes) {
      const random = createRandom(`${name} ${shape}`);
      const channels = shape.at(-1)!;
      const special = shape.length === 4;
      const zs = Float32Array.from({ length: tf.util.sizeFromShape(shape) }, (_, i) =>
        special && i % 3 === 0
          ? specialValues[random.integer(specialValues.length)]!
          : random.normal() * 2 + (shape[0]! > 255 ? 9 : 0),
      );
      const epsilon = ['sigmoid', 'gelu', 'silu', 'hardswish'].includes(name) ? 1e-3 : 0;
      await expectNoLeak(() => {
        fenced(() => {
          const x = tf.tensor(zs, shape);
          const dy = tf.onesLike(x);
          const alpha = tf.tensor1d(Float32Array.from({ length: channels }, () => random.normal()));
          const withAlpha = name === 'prelu' ? { alpha } : {};
          const run = (kernel: string, inputs: Record<string, tf.Tensor>, attrs: object): tf.Tensor[] => {
            const result = tf.engine().runKernel(kernel, inputs, attrs as never);
            return (Array.isArray(result) ? result : [result]) as tf.Tensor[];
          };
          const attrs = { name, params, epsilon };
          const outputs = run('RelumineActivationStatistics', { x, ...withAlpha }, attrs);
          const plain = name === 'linear' ? [tf.clone(x)] : run(activationKernel(name), { x, ...withAlpha }, params);
          const slope =
            name === 'linear' ? [tf.clone(dy)] : run(activationGradKernel(name), { dy, x, ...withAlpha }, params);
          const [h, counts, units, values] = outputs as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
          const expected = reference(shape, zs, plain[0]!.dataSync(), slope[0]!.dataSync(), epsilon);
          expect(h.shape).toEqual(shape);
          expect(h.dataSync()).toEqual(plain[0]!.dataSync());
          expect(counts.dtype).toBe('int32');
          expect(counts.dataSync()).toEqual(expected.counts);
          expect(units.dataSync()).toEqual(expected.units);
          const doubles = new Float64Array((values.dataSync() as Float32Array).slice().buffer);
          for (let c = 0; c < channels; c++) {
            expected.values[c]!.forEach((value, row) => {
              const actual = doubles[row * channels + c]!;
              if (Object.is(actual, value) || actual === value) return;
              // Extremes are exact; sums run in float32 within a tile of 32 values, here about special ones.
              const scale = row === 2 ? value : expected.values[c]![1]!;
              expect([row, Math.abs(actual - value) <= 4e-6 * scale && row < 3]).toEqual([row, true]);
            });
          }
          tf.dispose([x, dy, alpha, outputs, plain, slope]);
        });
      });
    }
  });

  test.each([8, 512])(
    'relu6, %i channels that are never 0: exact extremes; NaN of either sign is no firing',
    (channels) => {
      const [batch, positions] = [3, 37];
      const zs = Float32Array.from({ length: batch * positions * channels }, (_, i) => 0.5 + ((i * 7919) % 1000) / 200);
      const bits = new Uint32Array(zs.buffer);
      // In channels 1 and 2, at an even and an odd position: one NaN with and one without a sign; 3 and 4: 6 and just below.
      for (const position of [4, 7, 36]) {
        bits[position * channels + 1] = 0xffc00000;
        bits[position * channels + 2] = 0x7fc00000;
        zs[position * channels + 3] = 6;
        zs[position * channels + 4] = 5.9999995;
      }
      tf.tidy(() => {
        const x = tf.tensor(zs, [batch, positions, channels]);
        const run = (kernel: string, inputs: Record<string, tf.Tensor>, attrs: object): tf.Tensor[] =>
          [tf.engine().runKernel(kernel, inputs, attrs as never)].flat() as tf.Tensor[];
        const attrs = { name: 'relu6', params: {}, epsilon: 0 };
        const [h, counts, units, values] = run('RelumineActivationStatistics', { x }, attrs);
        const slopes = zs.map((z) => (z > 0 && z < 6 ? 1 : 0));
        const expected = reference(x.shape, zs, h!.dataSync(), slopes, 0);
        expect(counts!.dataSync()).toEqual(expected.counts);
        expect(units!.dataSync()).toEqual(expected.units);
        const doubles = new Float64Array((values!.dataSync() as Float32Array).slice().buffer);
        for (const row of [3, 4, 5])
          expect([...doubles.subarray(row * channels, (row + 1) * channels)]).toEqual(
            expected.values.map((v) => v[row]),
          );
      });
    },
  );

  test.each([8, 24, 64])('relu, %i channels: NaN hides no firing beside it and is none itself', (channels) => {
    const [batch, positions] = [2, 131];
    const zs = new Float32Array(batch * positions * channels).fill(-1);
    const bits = new Uint32Array(zs.buffer);
    // In the first sample alone: one value above 0 in each channel, NaN with or without a sign before or after it.
    for (let c = 0; c < channels; c++) {
      const at = 8 + 3 * (c % 16);
      zs[at * channels + c] = 0.25;
      bits[(at + (c % 2 ? 8 : -8)) * channels + c] = c % 3 ? 0x7fc00000 : 0xffc00000;
    }
    tf.tidy(() => {
      const x = tf.tensor(zs, [batch, positions, channels]);
      const attrs = { name: 'relu', params: {}, epsilon: 0 };
      const made = tf
        .engine()
        .runKernel('RelumineActivationStatistics', { x }, attrs as never) as unknown as tf.Tensor[];
      const [h, counts, units] = made;
      const slopes = zs.map((z) => (z > 0 ? 1 : 0));
      const expected = reference(x.shape, zs, h!.dataSync(), slopes, 0);
      expect(counts!.dataSync()).toEqual(expected.counts);
      expect(units!.dataSync()).toEqual(expected.units);
    });
  });

  /** Σh, Σ|h| and Σh² of each channel, and the counts. */
  const figuresOf = (name: string, values: Float32Array, shape: number[], epsilon = 0) =>
    tf.tidy(() => {
      const attrs = { name, params: {}, epsilon };
      const run = tf
        .engine()
        .runKernel('RelumineActivationStatistics', { x: tf.tensor(values, shape) }, attrs as never);
      const [h, counts, , figures] = run as unknown as tf.Tensor[];
      const doubles = new Float64Array((figures!.dataSync() as Float32Array).slice().buffer);
      return { h: h!.dataSync(), counts: [...counts!.dataSync()], sums: [...doubles].slice(0, 3 * shape.at(-1)!) };
    });

  test.each(['relu', 'relu6', 'leakyRelu', 'gelu', 'sigmoid'])(
    '%s: the sums of a batch are those of its parts, to float64 rounding',
    (name) => {
      const shape = [7, 70, 8];
      const size = 70 * 8;
      const random = createRandom(`parts ${name}`);
      const zs = Float32Array.from({ length: 7 * size }, () => random.normal());
      const whole = figuresOf(name, zs, shape);
      const parts = [
        figuresOf(name, zs.slice(0, 3 * size), [3, 70, 8]),
        figuresOf(name, zs.slice(3 * size), [4, 70, 8]),
      ];
      whole.sums.forEach((sum, i) => {
        const scale = whole.sums[8 + (i % 8)]!;
        expect(Math.abs(sum - parts[0]!.sums[i]! - parts[1]!.sums[i]!)).toBeLessThanOrEqual(1e-12 * scale);
      });
      expect(whole.counts).toEqual(parts[0]!.counts.map((count, i) => count + parts[1]!.counts[i]!));
    },
  );

  test('sums of ordinary values err by less than one rounding of float32', () => {
    const random = createRandom('ordinary sums');
    const zs = Float32Array.from({ length: 16 * 100 * 8 }, () => random.normal());
    for (const name of ['relu', 'relu6', 'leakyRelu', 'gelu']) {
      const { h, sums } = figuresOf(name, zs, [16, 100, 8]);
      for (let c = 0; c < 8; c++) {
        const values = [...h].filter((_, i) => i % 8 === c);
        const exact = [(v: number) => v, Math.abs, (v: number) => v * v].map((f) =>
          values.reduce((s, v) => s + f(v), 0),
        );
        const errors = exact.map((sum, row) => Math.abs(sums[8 * row + c]! - sum) / exact[row === 0 ? 1 : row]!);
        expect(Math.max(...errors)).toBeLessThan(2 ** -23);
      }
    }
  });

  test.each([
    ['relu', 4, (i: number) => 5 + 1e-5 * Math.sin(i)],
    ['relu', 8, (i: number) => 5 + 1e-5 * Math.sin(i)],
    ['relu', 8, (i: number) => 5 + 0.3 * Math.sin(i)],
    ['relu6', 8, (i: number) => 5 + 1e-5 * Math.sin(i)],
    ['leakyRelu', 8, (i: number) => -5 + 1e-4 * Math.sin(i)],
    ['gelu', 8, (i: number) => 9 + 1e-4 * Math.sin(i)],
    ['sigmoid', 4, (i: number) => 9 + 0.1 * Math.sin(i)],
  ] as const)('%s, %i channels: the variance of a nearly constant channel has its digits', (name, channels, z) => {
    const zs = Float32Array.from({ length: 4 * 150 * channels }, (_, i) => z(i));
    const { h, sums } = figuresOf(name, zs, [4, 150, channels], 1e-9);
    for (let c = 0; c < channels; c++) {
      const values = [...h].filter((_, i) => i % channels === c);
      const mean = values.reduce((sum, v) => sum + v, 0) / 600;
      const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / 600;
      const found = sums[2 * channels + c]! / 600 - (sums[c]! / 600) ** 2;
      expect(Math.abs(found / variance - 1)).toBeLessThan(1e-3);
    }
  });

  test.each([
    [1e-25, 4],
    [1e25, 4],
    [1e-25, 8],
    [1e25, 8],
  ])('values about %f, whose squares no float32 holds, %i channels', (size, channels) => {
    for (const name of ['relu', 'leakyRelu']) {
      const zs = Float32Array.from({ length: 3 * 40 * channels }, (_, i) => size * Math.cos(i));
      const { h, sums } = figuresOf(name, zs, [3, 40, channels]);
      for (let c = 0; c < channels; c++) {
        const values = [...h].filter((_, i) => i % channels === c);
        const squares = values.reduce((sum, v) => sum + v * v, 0);
        expect([name, Math.abs(sums[2 * channels + c]! / squares - 1) < 1e-12]).toEqual([name, true]);
      }
    }
  });

  test.each([0, 1e-3, 0.1].flatMap((epsilon) => [8, 32].map((positions) => [epsilon, positions] as const)))(
    'gelu, ε = %d, %i positions: single units in the dip, far out, at 0 and below 1.01 are told apart',
    (epsilon, positions) => {
      const every = [
        -0.751791536,
        -0.7517915964,
        -0.7521,
        -0.76,
        -0.7,
        -3.9,
        -4.1,
        -14.3,
        -20,
        0,
        -1e-42,
        1.009,
        Number.NaN,
      ];
      // One by one, rows of eight channels are counted by rows of 64 values.
      for (const odd of positions === 8 ? [every] : every.map((value) => [value])) {
        const shape = [2, positions, 8 * odd.length];
        const channels = shape[2]!;
        // Eight channels for each of them; the first stays without, the second has nothing above it.
        const zs = Float32Array.from({ length: 2 * positions * channels }, (_, i) => {
          const [c, position] = [i % channels, Math.floor(i / channels)];
          return c % 8 > 0 && position % 8 === (c % 8) - 1 ? odd[Math.floor(c / 8)]! : c % 8 === 1 ? -1.5 : 2;
        });
        tf.tidy(() => {
          const x = tf.tensor(zs, shape);
          const run = (kernel: string, inputs: Record<string, tf.Tensor>, attrs: object): tf.Tensor[] =>
            [tf.engine().runKernel(kernel, inputs, attrs as never)].flat() as tf.Tensor[];
          const [h, counts, units, values] = run(
            'RelumineActivationStatistics',
            { x },
            { name: 'gelu', params: {}, epsilon },
          );
          const [slope] = run('RelumineGeluGrad', { dy: tf.onesLike(x), x }, {});
          // In the dip, where the slope is 0 by its roundings, it is not 0: no float lies there.
          const slopes = slope!.dataSync().map((d, i) => (d === 0 && Math.abs(zs[i]! + 0.75) < 0.01 ? 1e-9 : d));
          const expected = reference(shape, zs, h!.dataSync(), slopes, epsilon);
          expect(counts!.dataSync()).toEqual(expected.counts);
          expect(units!.dataSync()).toEqual(expected.units);
          const doubles = new Float64Array((values!.dataSync() as Float32Array).slice().buffer);
          const extremes = expected.values.map((value) => value.slice(3));
          expect(extremes.map((_, c) => [3, 4, 5].map((row) => doubles[row * channels + c]))).toEqual(extremes);
        });
      }
    },
  );

  test.each([8, 64].flatMap((channels) => [0, -0, 1e-44, -1e-44].map((small) => [channels, small] as const)))(
    'leaky ReLU, %i channels: a zero of h from %d, whatever stands beside it',
    (channels, small) => {
      const beside = [1, -1e-20, 1e25, -1e25, 1e4, 1 / 0, -1 / 0, Number.NaN];
      for (const negativeSlope of [0.01, 1e-7, 0.5, 0.9]) {
        for (const other of beside) {
          const column = [2, 2, 2, 2, small, 2, other, 2];
          const zs = Float32Array.from({ length: 16 * channels }, (_, i) => column[Math.floor(i / channels) % 8]!);
          tf.tidy(() => {
            const attrs = { name: 'leakyRelu', params: { negativeSlope }, epsilon: 0 };
            const x = tf.tensor(zs, [1, 16, channels]);
            const [h, counts] = tf
              .engine()
              .runKernel('RelumineActivationStatistics', { x }, attrs) as unknown as tf.Tensor[];
            const hs = h!.dataSync();
            const zeros = Array.from(
              { length: channels },
              (_, c) => hs.filter((v, i) => i % channels === c && v === 0).length,
            );
            const found = [...counts!.dataSync()].slice(channels, 2 * channels);
            expect([negativeSlope, other, ...found]).toEqual([negativeSlope, other, ...zeros]);
          });
        }
      }
    },
  );

  test('a scalar slope serves every channel; nothing leaks when memory runs out in the middle', () => {
    const x = tf.tensor2d([
      [-1, 2],
      [3, -4],
    ]);
    const attrs = { name: 'prelu', params: {}, epsilon: 0 };
    const run = (): tf.Tensor[] =>
      tf
        .engine()
        .runKernel(
          'RelumineActivationStatistics',
          { x, alpha: tf.tensor1d([0.5]) },
          attrs as never,
        ) as unknown as tf.Tensor[];
    expect([...run()[0]!.dataSync()]).toEqual([-0.5, 2, 3, -2]);
    const { wasm } = tf.backend() as unknown as { wasm: { _malloc(n: number): number } };
    const malloc = wasm._malloc;
    const before = tf.backend().numDataIds();
    let calls = 0;
    wasm._malloc = (bytes) => (calls++ < 3 ? malloc(bytes) : 0);
    try {
      expect(() =>
        tf.engine().runKernel('RelumineActivationStatistics', { x }, { ...attrs, name: 'relu' } as never),
      ).toThrow('no room');
    } finally {
      wasm._malloc = malloc;
    }
    expect(tf.backend().numDataIds()).toBe(before);
  });
});

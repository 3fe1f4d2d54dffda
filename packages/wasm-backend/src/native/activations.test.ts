import '@tensorflow/tfjs-layers';
import { type ActivationName, activationGradKernel, activationKernel, createRandom } from '@relumine/core';
import * as tf from '@tensorflow/tfjs-core';
import { expectNoLeak } from '@tooling/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { builds, fenced, specialValues, startNative } from './support.testing';

const exp = Math.exp;

/** Float64 references: f and f', and the parameters they were called with. */
const references: {
  name: ActivationName;
  attrs: Record<string, number>;
  f(x: number): number;
  d(x: number): number;
}[] = [
  { name: 'relu', attrs: {}, f: (x) => Math.max(x, 0), d: (x) => (x <= 0 ? 0 : x > 0 ? 1 : x) },
  {
    name: 'relu6',
    attrs: {},
    f: (x) => (x <= 0 ? 0 : Math.min(x, 6)),
    d: (x) => (x <= 0 || x >= 6 ? 0 : x > 0 ? 1 : x),
  },
  ...[0.01, 0.25, -0.5, 1.5].map((negativeSlope) => ({
    name: 'leakyRelu' as const,
    attrs: { negativeSlope },
    f: (x: number) => (x > 0 ? x : Math.fround(negativeSlope) * x),
    d: (x: number) => (x > 0 ? 1 : x <= 0 ? Math.fround(negativeSlope) : x),
  })),
  ...[1, 0.5, 2].map((alpha) => ({
    name: 'elu' as const,
    attrs: { alpha },
    f: (x: number) => (x > 0 ? x : alpha * Math.expm1(x)),
    d: (x: number) => (x > 0 ? 1 : alpha * exp(x)),
  })),
];

const random = createRandom('activations');
const values = [...specialValues, ...Array.from({ length: 400 }, (_, i) => random.normal() * 10 ** ((i % 7) - 4))];

/** Within a few units in the last place, or below the smallest normal number. */
function expectClose(actual: ArrayLike<number>, expected: number[], label: string): void {
  for (const [i, e] of expected.entries()) {
    const [a, f] = [actual[i]!, Math.fround(e)];
    if (Object.is(a, f) || a === f) continue;
    const close = Math.abs(a - e) <= Math.max(5e-7 * Math.abs(e), 2e-38);
    if (!close) throw new Error(`${label} at ${values[i % values.length]}: ${a}, expected ${e}`);
  }
}

/** x σ(x) and its slope in float64. */
const siluExact = (v: number): [number, number] => {
  const s = 1 / (1 + exp(-v));
  return [v * s, s * (1 + v / (1 + exp(v)))];
};

/** x Φ(x) and its slope in float64: by the series of Φ near 0, its continued fraction beyond. */
const geluExact = (v: number): [number, number] => {
  const a = Math.abs(v);
  const density = exp((-a * a) / 2) / Math.sqrt(2 * Math.PI);
  let [sum, term, fraction] = [a, a, a];
  for (let k = 1; k < 70; k++) sum += term *= (a * a) / (2 * k + 1);
  for (let k = 60; k > 0; k--) fraction = a + k / fraction;
  const tail = a < 2 ? 0.5 - density * sum : density / fraction;
  const normal = v < 0 ? tail : 1 - tail;
  return [v * normal, normal + v * density];
};

describe.each(builds)('$name', ({ relaxedSimd }) => {
  beforeAll(() => startNative(relaxedSimd));

  test.each(references)(
    '$name $attrs and its gradient are exact to rounding, NaN and infinities kept',
    ({ name, attrs, f, d }) => {
      // Every length modulo 4, so that the scalar tail meets every special value.
      for (const rotation of [0, 1, 2, 3]) {
        const xs = Float32Array.from([...values.slice(rotation), ...values.slice(0, rotation), 0.5].slice(rotation));
        const dys = Float32Array.from(xs, (_, i) => ((i % 5) - 2) * 0.75);
        fenced(() => {
          const [x, dy] = [tf.tensor1d(xs), tf.tensor1d(dys)];
          const y = tf.engine().runKernel(activationKernel(name), { x }, attrs) as tf.Tensor;
          const dx = tf.engine().runKernel(activationGradKernel(name), { dy, x }, attrs) as tf.Tensor;
          expectClose(y.dataSync(), Array.from(xs, f), name);
          const expected = Array.from(xs, (v, i) => (Number.isNaN(v) ? v : dys[i]! * d(v)));
          expectClose(dx.dataSync(), expected, `${name} gradient`);
          tf.dispose([x, dy, y, dx]);
        });
      }
    },
  );

  test.each(['gelu', 'silu', 'elu', 'tanh', 'leakyRelu'] as const)(
    '%s of a value does not depend on its neighbours',
    (name) => {
      tf.tidy(() => {
        const xs = Float32Array.from({ length: 67 }, () => random.normal() * 3);
        const run = (values: Float32Array): [ArrayLike<number>, ArrayLike<number>] => {
          const x = tf.tensor1d(values);
          const y = tf.engine().runKernel(activationKernel(name), { x }, {}) as tf.Tensor;
          const dx = tf.engine().runKernel(activationGradKernel(name), { dy: tf.onesLike(x), x }, {}) as tf.Tensor;
          return [y.dataSync(), dx.dataSync()];
        };
        const [ys, slopes] = run(xs);
        xs.forEach((x, i) => {
          const [y, slope] = run(Float32Array.of(x));
          expect([x, y[0], slope[0]]).toEqual([x, ys[i], slopes[i]]);
        });
      });
    },
  );

  const smooth = [
    ['Silu', {}, siluExact],
    ['Gelu', {}, geluExact],
    ['Gelu', { approximate: 'tanh' }, undefined],
  ] as const;

  /** Values and slopes; the slopes also by the kernel that gives both, where there is one, which must agree to the bit. */
  const both = (name: string, attrs: object, values: Float32Array): [Float32Array, Float32Array] =>
    fenced(() => {
      const x = tf.tensor1d(values);
      const y = tf.engine().runKernel(`Relumine${name}`, { x }, attrs as tf.NamedAttrMap) as tf.Tensor;
      const dx = tf
        .engine()
        .runKernel(`Relumine${name}Grad`, { dy: tf.onesLike(x), x }, attrs as tf.NamedAttrMap) as tf.Tensor;
      const found = [y.dataSync().slice(), dx.dataSync().slice()] as [Float32Array, Float32Array];
      tf.dispose([x, y, dx]);
      return found;
    });

  test.each(smooth)('%s %j and its slope: every length, value by value', (name, attrs) => {
    const xs = Float32Array.from([...specialValues, ...Array.from({ length: 40 }, () => random.normal() * 4)]);
    const [ys, slopes] = both(name, attrs, xs);
    for (let length = 2; length < 18; length++) {
      const first = both(name, attrs, xs.slice(0, length));
      expect(first).toEqual([ys.slice(0, length), slopes.slice(0, length)]);
    }
    xs.forEach((v, i) => {
      const [[y], [slope]] = both(name, attrs, Float32Array.of(v));
      expect([v, y, slope]).toEqual([v, ys[i], slopes[i]]);
      expect(Number.isNaN(slopes[i]!)).toBe(Number.isNaN(v));
    });
  });

  test('silu with its slope in one pass is both to the bit; nothing leaks when memory runs out', () => {
    const xs = Float32Array.from([...specialValues, ...Array.from({ length: 40 }, () => random.normal() * 4)]);
    const run = (x: tf.Tensor): tf.Tensor[] =>
      tf.engine().runKernel('RelumineSiluSlope', { x }) as unknown as tf.Tensor[];
    for (let length = 0; length <= xs.length; length++) {
      const [ys, slopes] = both('Silu', {}, xs.slice(0, length));
      fenced(() => {
        const x = tf.tensor1d(xs.slice(0, length));
        const two = run(x);
        expect(two.map((tensor) => tensor.dataSync())).toEqual([ys, slopes]);
        tf.dispose([x, ...two]);
      });
    }
    const { wasm } = tf.backend() as unknown as { wasm: { _malloc(n: number): number } };
    const [malloc, before] = [wasm._malloc, tf.backend().numDataIds()];
    const x = tf.tensor1d(xs);
    let calls = 0;
    wasm._malloc = (bytes) => (calls++ < 1 ? malloc(bytes) : 0);
    try {
      expect(() => run(x)).toThrow('no room');
    } finally {
      wasm._malloc = malloc;
    }
    x.dispose();
    expect(tf.backend().numDataIds()).toBe(before);
  });

  test.each(smooth.slice(0, 2))(
    '%s %j within 1e-6, its slope also within 2e-7 near 0, over a dense sweep',
    (name, _, exact) => {
      const xs = Float32Array.from(
        { length: 200_000 },
        (_, i) => ((i % 2) * 2 - 1) * random.uniform() * (i % 3 ? 4 : 13),
      );
      const [values, slopes] = both(name, {}, xs);
      let [worst, worstSlope] = [0, 0];
      xs.forEach((v, i) => {
        const [f, d] = exact!(v);
        worst = Math.max(worst, Math.abs(values[i]! - f) / Math.abs(f));
        worstSlope = Math.max(worstSlope, Math.abs(slopes[i]! - d) / Math.max(Math.abs(d), 0.2));
      });
      expect(worst).toBeLessThan(1e-6);
      expect(worstSlope).toBeLessThan(1e-6);
    },
  );

  test('relu, relu6 and leaky ReLU of long tensors are those of short ones, and their gradients', () => {
    // Longer than two runs of 8,192 values, with a rest of one value.
    const xs = Float32Array.from({ length: 2 * 8192 + 4097 }, (_, i) =>
      i % 97 === 3 ? Number.NaN : 6 * random.normal(),
    );
    const dys = xs.map((_, i) => Math.fround(Math.sin(i)));
    const run = (name: string, attrs: object, from: number, to: number): Float32Array[] =>
      fenced(() => {
        const [x, dy] = [tf.tensor1d(xs.slice(from, to)), tf.tensor1d(dys.slice(from, to))];
        const y = tf.engine().runKernel(`Relumine${name}`, { x }, attrs as tf.NamedAttrMap) as tf.Tensor;
        const dx = tf.engine().runKernel(`Relumine${name}Grad`, { dy, x }, attrs as tf.NamedAttrMap) as tf.Tensor;
        const found = [y.dataSync().slice(), dx.dataSync().slice()] as Float32Array[];
        tf.dispose([x, dy, y, dx]);
        return found;
      });
    const kinds: [string, object][] = [
      ['Relu', {}],
      ['Relu6', {}],
      ['LeakyRelu', { negativeSlope: 0.1 }],
      ['LeakyRelu', { negativeSlope: 1.5 }],
    ];
    for (const [name, attrs] of kinds) {
      const [y, dx] = run(name, attrs, 0, xs.length);
      for (let from = 0; from < xs.length; from += 1000) {
        const to = Math.min(from + 1000, xs.length);
        expect([y!.slice(from, to), dx!.slice(from, to)]).toEqual(run(name, attrs, from, to));
      }
    }
  });

  test('tfjs ops and their gradients run through the kernels', () => {
    tf.tidy(() => {
      const x = tf.tensor1d([-2, -0, 0, 3, Number.NaN, 7]);
      const dy = tf.tensor1d([1, 2, 3, 4, 5, 6]);
      const nan = Number.NaN;
      expect([...tf.relu(x).dataSync()]).toEqual([0, -0, 0, 3, nan, 7]);
      expect([...tf.relu6(x).dataSync()]).toEqual([0, -0, 0, 3, nan, 6]);
      expect([...tf.leakyRelu(x, 0.5).dataSync()]).toEqual([-1, -0, 0, 3, nan, 7]);
      expect([
        ...tf
          .grad((t) => tf.relu(t))(x, dy)
          .dataSync(),
      ]).toEqual([0, 0, 0, 4, nan, 6]);
      expect([
        ...tf
          .grad((t) => tf.leakyRelu(t, 0.5))(x, dy)
          .dataSync(),
      ]).toEqual([0.5, 1, 1.5, 4, nan, 6]);
      const twice = tf.grad((t) => tf.sum(tf.mul(tf.grad((u) => tf.sum(tf.square(tf.relu(u))))(t), dy)));
      expect([...twice(tf.tensor1d([-2, 1, 2, 3, 4, 5])).dataSync()]).toEqual([0, 4, 6, 8, 10, 12]);
    });
  });

  test('int32 inputs, empty tensors and scalars behave as before', () => {
    tf.tidy(() => {
      expect([...tf.relu(tf.tensor1d([-1, 2], 'int32')).dataSync()]).toEqual([0, 2]);
      expect(tf.relu(tf.zeros([0, 3])).shape).toEqual([0, 3]);
      expect(tf.elu(tf.scalar(-1)).dataSync()[0]).toBeCloseTo(Math.expm1(-1), 6);
    });
  });

  test('the heap may grow between allocations', async () => {
    await expectNoLeak(() => {
      const x = tf.tensor1d(Float32Array.from({ length: 1001 }, (_, i) => i - 500));
      const before = (tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm.HEAPU8.length;
      const y = fenced(() => tf.leakyRelu(x, 0.5), { grow: true });
      expect((tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm.HEAPU8.length).toBeGreaterThan(before);
      expect([...y.dataSync().slice(498, 503)]).toEqual([-1, -0.5, 0, 1, 2]);
      tf.dispose([x, y]);
    });
  });
});

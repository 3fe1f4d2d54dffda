import {
  type ActivationName,
  activationGradKernel,
  activationKernel,
  activationSlopeKernel,
  hasKernel,
} from '@relumine/core';
import * as tf from '@tensorflow/tfjs-core';
import { golden, number } from '@tooling/goldens';
import { beforeAll, describe, expect, test } from 'vitest';
import { builds, fenced, startNative } from './support.testing';

interface Case {
  id: string;
  name: string;
  params: Record<string, number | string>;
  f64: { y: (number | string)[]; dydx: (number | string)[] };
  /** The values to 60 digits, rounded to float64; null where there are none. */
  exact?: (number | string | null)[];
}

const file = golden<{ x: (number | string)[]; cases: Case[] }>('activations');
const xs = Float32Array.from(file.x, number);

const names: Readonly<Record<string, ActivationName>> = {
  ReLU: 'relu',
  ReLU6: 'relu6',
  LeakyReLU: 'leakyRelu',
  ELU: 'elu',
  CELU: 'celu',
  SELU: 'selu',
  GELU: 'gelu',
  SiLU: 'silu',
  Mish: 'mish',
  Softplus: 'softplus',
  Softsign: 'softsign',
  Hardtanh: 'hardtanh',
  Hardswish: 'hardswish',
  Hardsigmoid: 'hardsigmoid',
  LogSigmoid: 'logSigmoid',
  Tanh: 'tanh',
  Sigmoid: 'sigmoid',
  Tanhshrink: 'tanhshrink',
  Softshrink: 'softshrink',
  Hardshrink: 'hardshrink',
  Threshold: 'threshold',
};
const renamed: Readonly<Record<string, string>> = { negative_slope: 'negativeSlope', min_val: 'min', max_val: 'max' };
const cases = file.cases.filter(({ id, name }) => names[name] !== undefined && id.includes('#'));

/**
 * Relative error allowed in float32; derivatives that cross zero are held to it absolutely there, and all of them may
 * differ by what float64 itself lost in the reference.
 */
const relative = 2e-6;
/** The limits at −∞ and ∞ where PyTorch gives NaN: 0 · ∞, ∞ − ∞. */
const limits: Readonly<Record<string, { y: [number, number]; dydx: [number, number] }>> = {
  GELU: { y: [0, Number.POSITIVE_INFINITY], dydx: [0, 1] },
  SiLU: { y: [0, Number.POSITIVE_INFINITY], dydx: [0, 1] },
  Mish: { y: [0, Number.POSITIVE_INFINITY], dydx: [0, 1] },
  Hardswish: { y: [0, Number.POSITIVE_INFINITY], dydx: [0, 1] },
  Softsign: { y: [-1, 1], dydx: [0, 0] },
};
const crossing: readonly string[] = ['gelu', 'silu', 'mish', 'hardswish'];

function expectGolden(actual: ArrayLike<number>, { id, name }: Case, what: 'y' | 'dydx', expected: number[]): void {
  const wrong: string[] = [];
  for (const [i, e] of expected.entries()) {
    const a = actual[i]!;
    const limit = Math.abs(xs[i]!) === Number.POSITIVE_INFINITY ? limits[name]?.[what] : undefined;
    if (limit) {
      expect([id, xs[i], a + 0]).toEqual([id, xs[i], limit[xs[i]! < 0 ? 0 : 1]]);
      continue;
    }
    if (Number.isNaN(xs[i]!)) expect(a).toBeNaN();
    else if (Object.is(a, e) || a === Math.fround(e)) continue;
    else {
      const absolute =
        what === 'dydx' && crossing.includes(names[name]!) && Math.abs(xs[i]!) < 5
          ? 1e-6
          : what === 'dydx'
            ? 5e-15
            : 3e-38;
      const close = Math.abs(a - e) <= Math.max(relative * Math.abs(e), absolute);
      if (!close) wrong.push(`${id} ${what} at ${xs[i]}: ${a}, expected ${e}`);
    }
  }
  expect(wrong).toEqual([]);
}

describe.each(builds)('$name', ({ relaxedSimd }) => {
  beforeAll(() => startNative(relaxedSimd));

  test('every activation of the goldens is there', () => {
    expect(new Set(cases.map(({ name }) => name)).size).toBe(Object.keys(names).length);
  });

  test.each(cases)('$id: value and derivative', (c) => {
    const attrs = Object.fromEntries(Object.entries(c.params).map(([key, value]) => [renamed[key] ?? key, value]));
    const best = (what: 'y' | 'dydx'): number[] =>
      c.f64[what].map((value, i) => {
        const exact = what === 'y' ? c.exact?.[i] : undefined;
        return number(exact === null || exact === undefined ? value : exact);
      });
    fenced(() => {
      const [x, dy] = [tf.tensor1d(xs), tf.ones([xs.length])];
      const y = tf.engine().runKernel(activationKernel(names[c.name]!), { x }, attrs) as tf.Tensor;
      const dx = tf.engine().runKernel(activationGradKernel(names[c.name]!), { dy, x }, attrs) as tf.Tensor;
      expectGolden(y.dataSync(), c, 'y', best('y'));
      expectGolden(dx.dataSync(), c, 'dydx', best('dydx'));
      const kernel = activationSlopeKernel(names[c.name]!);
      const both = hasKernel(kernel) ? (tf.engine().runKernel(kernel, { x }, attrs) as unknown as tf.Tensor[]) : [];
      if (both.length > 0) {
        expect(both[0]!.dataSync()).toEqual(y.dataSync());
        expectGolden(both[1]!.dataSync(), c, 'dydx', best('dydx'));
      }
      tf.dispose([x, dy, y, dx, ...both]);
    });
  });

  test('squareplus and its derivative in float64 terms', () => {
    const values = [-1e30, -1e6, -50, -3, -0.5, 0, 0.5, 3, 50, 1e6, 1e30, Number.POSITIVE_INFINITY];
    const x = tf.tensor1d(values);
    const run = (kernel: string, inputs: Record<string, tf.Tensor>): Float32Array =>
      (tf.engine().runKernel(kernel, inputs, { b: 4 }) as tf.Tensor).dataSync() as Float32Array;
    const [y, d] = [
      run('RelumineSquareplus', { x }),
      run('RelumineSquareplusGrad', { x, dy: tf.ones([values.length]) }),
    ];
    values.forEach((v, i) => {
      const s = Math.hypot(v, 2);
      const [value, slope] = v < 0 ? [2 / (s - v), 2 / (s * (s - v))] : [(v + s) / 2, (1 + (v === s ? 1 : v / s)) / 2];
      expect(Math.abs(y[i]! - value) / value || 0).toBeLessThan(1e-6);
      expect(Math.abs(d[i]! - slope)).toBeLessThanOrEqual(1e-6 * slope + 3e-38);
    });
  });
});

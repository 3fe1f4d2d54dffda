import { createRandom } from '@relumine/core';
import { expect, test } from 'vitest';
import { normalCdf } from '../theory/normalCdf';
import { scalarFunction, scalarFunctionNames } from './functions';

/** f by another route: straight from its definition. */
const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));
const softplus = (z: number): number => (z > 30 ? z : Math.log(1 + Math.exp(z)));
const definitions: Record<string, (z: number) => number> = {
  linear: (z) => z,
  relu: (z) => Math.max(0, z),
  relu6: (z) => Math.min(6, Math.max(0, z)),
  clippedRelu: (z) => Math.min(6, Math.max(0, z)),
  leakyRelu: (z) => (z > 0 ? z : 0.01 * z),
  prelu: (z) => (z > 0 ? z : 0.25 * z),
  rrelu: (z) => (z > 0 ? z : (11 / 48) * z),
  elu: (z) => (z > 0 ? z : Math.exp(z) - 1),
  celu: (z) => (z > 0 ? z : Math.exp(z) - 1),
  selu: (z) => 1.0507009873554805 * (z > 0 ? z : 1.6732632423543772 * (Math.exp(z) - 1)),
  gelu: (z) => z * normalCdf(z),
  geluTanh: (z) => (z / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (z + 0.044715 * z ** 3))),
  gelu_new: (z) => (z / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (z + 0.044715 * z ** 3))),
  silu: (z) => z * sigmoid(z),
  swish: (z) => z * sigmoid(z),
  mish: (z) => z * Math.tanh(softplus(z)),
  softplus,
  squareplus: (z) => (z + Math.sqrt(z * z + 4)) / 2,
  softsign: (z) => z / (1 + Math.abs(z)),
  tanh: Math.tanh,
  sigmoid,
  hardtanh: (z) => Math.min(1, Math.max(-1, z)),
  hardsigmoid: (z) => Math.min(1, Math.max(0, z / 6 + 0.5)),
  hardSigmoid: (z) => Math.min(1, Math.max(0, z / 5 + 0.5)),
  hardswish: (z) => (z * Math.min(6, Math.max(0, z + 3))) / 6,
  logSigmoid: (z) => -softplus(-z),
  tanhshrink: (z) => z - Math.tanh(z),
  softshrink: (z) => (z > 0.5 ? z - 0.5 : z < -0.5 ? z + 0.5 : 0),
  hardshrink: (z) => (Math.abs(z) > 0.5 ? z : 0),
  threshold: (z) => Math.max(0, z),
};
const straightPieces = [
  'relu',
  'relu6',
  'clippedRelu',
  'leakyRelu',
  'prelu',
  'rrelu',
  'linear',
  'hardtanh',
  'hardsigmoid',
  'hardSigmoid',
  'softshrink',
  'hardshrink',
  'threshold',
  'hardswish',
];

test('every function is checked', () => {
  expect(Object.keys(definitions).sort()).toEqual([...scalarFunctionNames].sort());
});

test.each(Object.keys(definitions))(
  '%s: no point of an interval leaves its range or contradicts its verdict',
  (name) => {
    const f = definitions[name]!;
    const bounds = scalarFunction(name)!;
    const epsilon = straightPieces.includes(name) ? 0 : 1e-3;
    const random = createRandom(name);
    const slope = (z: number): number => Math.abs((f(z + 1e-5) - f(z - 1e-5)) / 2e-5);
    const wrong: string[] = [];
    for (let i = 0; i < 3000; i++) {
      const scale = i % 3 === 0 ? 1 : 4;
      const [a, b] = [random.normal() * scale, random.normal() * scale];
      const [lo, hi] = i % 5 === 0 ? [a, a + 0.1 * Math.abs(b)] : [Math.min(a, b), Math.max(a, b)];
      const [least, greatest] = bounds.range(lo, hi);
      const life = bounds.life(lo, hi);
      for (let k = 0; k < 8; k++) {
        const z = k === 0 ? lo : k === 1 ? hi : lo + random.uniform() * (hi - lo);
        if (f(z) < least || f(z) > greatest) wrong.push(`f(${z}) outside of [${least}, ${greatest}]`);
        // Next to a kink a difference quotient is no derivative.
        if (z - lo < 2e-5 || hi - z < 2e-5) continue;
        const steepness = slope(z);
        if (life === 'dead' && (steepness > epsilon + 1e-9 || bounds.firesAt(z))) wrong.push(`not dead at ${z}`);
        if (life === 'alive' && steepness <= (epsilon === 0 ? 1e-6 : epsilon)) wrong.push(`not alive at ${z}`);
        if (bounds.firesAt(z) && epsilon > 0 && steepness <= epsilon) wrong.push(`does not fire at ${z}`);
      }
    }
    expect(wrong).toEqual([]);
  },
);

test('bounds are tight: the hull of dense samples, up to float32 slack', () => {
  for (const [name, f] of Object.entries(definitions)) {
    const [least, greatest] = scalarFunction(name)!.range(-3.5, 2.5);
    const values = Array.from({ length: 60_001 }, (_, i) => f(-3.5 + i * 1e-4));
    expect(least, name).toBeGreaterThan(Math.min(...values) - 1e-3);
    expect(greatest, name).toBeLessThan(Math.max(...values) + 1e-3);
  }
});

test('where each activation dies', () => {
  const life = (name: string, lo: number, hi: number, params = {}): string =>
    scalarFunction(name, params)!.life(lo, hi);
  expect(life('relu', -2, 0)).toBe('dead');
  expect(life('relu', -2, 1e-30)).toBe('mixed');
  expect(life('relu', 0, 1)).toBe('mixed');
  expect(life('relu', 1e-30, 1)).toBe('alive');
  expect(life('relu6', 6.1, 9)).toBe('dead');
  expect(life('relu6', 6, 9)).toBe('mixed');
  expect(life('leakyRelu', -9, 9)).toBe('alive');
  expect(life('leakyRelu', -9, -1, { negativeSlope: 0 })).toBe('dead');
  expect(life('elu', -9, -8)).toBe('dead');
  expect(life('elu', -6, 5)).toBe('alive');
  expect(life('tanh', 5, 9)).toBe('dead');
  expect(life('tanh', -9, 9)).toBe('mixed');
  expect(life('sigmoid', -9, -8)).toBe('dead');
  expect(life('silu', -1.5, -1)).toBe('mixed');
  expect(life('silu', -30, -12)).toBe('dead');
  expect(life('gelu', 0.5, 3)).toBe('alive');
  expect(life('hardswish', -9, -3)).toBe('mixed');
  expect(life('hardswish', -9, -3.1)).toBe('dead');
  expect(life('linear', -1, 1)).toBe('alive');
  for (const name of scalarFunctionNames) {
    expect(life(name, Number.NEGATIVE_INFINITY, 0)).toBe('mixed');
    expect(scalarFunction(name)!.firesAt(Number.NaN)).toBe(false);
    expect(scalarFunction(name)!.range(Number.NEGATIVE_INFINITY, -3)[1]).toBe(Number.POSITIVE_INFINITY);
  }
  expect(scalarFunction('toString')).toBeUndefined();
});

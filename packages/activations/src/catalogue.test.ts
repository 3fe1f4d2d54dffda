import { expect, test } from 'vitest';
import { catalogue } from './catalogue';
import { definitions, scalarOf } from './definitions';
import { activationNames, gain } from './index';

test('every activation has its line, in the order of the names', () => {
  expect(catalogue.map(({ name }) => name)).toEqual(activationNames);
});

const grid = Array.from({ length: 40_001 }, (_, i) => (i - 20_000) / 500);

test.each(catalogue.filter(({ name }) => definitions.has(name)))('$name: monotone or not, and its range', (entry) => {
  const { f } = scalarOf(definitions.get(entry.name)!);
  const values = [-1e4, ...grid, 1e4].map(f);
  expect(values.every((value, i) => i === 0 || value >= values[i - 1]! - 1e-12)).toBe(entry.monotone);
  const lowest = /^[[(](−[\d.]+|0)/.exec(entry.range)?.[1];
  if (lowest) expect(Math.min(...values)).toBeCloseTo(Number(lowest.replace('−', '-')), 2);
});

test.each(catalogue.filter(({ name, deadRegion }) => definitions.has(name) && deadRegion))(
  '$name: its dead region is where its slope is 0, or below 0.001',
  ({ name, deadRegion }) => {
    const { derivative } = scalarOf(definitions.get(name)!);
    const number = Number(
      /(−?[\d.]+)/.exec(deadRegion!.replace('λ', '0.5').replace('x ≤ t', 'x ≤ 0'))![1]!.replace('−', '-'),
    );
    const inner = deadRegion!.startsWith('|x| <') || deadRegion!.startsWith('|x| ≤');
    const left = deadRegion!.startsWith('x <') || deadRegion!.startsWith('x ≤');
    const [dead, alive] = inner
      ? [number - 0.005, number + 0.005]
      : left
        ? [number - 0.1, number + 0.2]
        : [number + 0.1, number - 0.2];
    expect(Math.abs(derivative(dead))).toBeLessThanOrEqual(1e-3);
    expect(Math.abs(derivative(alive))).toBeGreaterThan(1e-3);
  },
);

test('parameters are named with their defaults', () => {
  const of = (name: string) => catalogue.find((entry) => entry.name === name)?.parameters;
  expect(of('leakyRelu')).toEqual({ negativeSlope: 0.01 });
  expect(of('relu')).toEqual({});
});

test('gains are data like the rest', () => {
  const copied = JSON.parse(JSON.stringify(catalogue)) as typeof catalogue;
  expect(copied.map((entry) => entry.gain)).toEqual(activationNames.map((name) => gain(name)));
  expect(copied.find(({ name }) => name === 'tanh')!.gain).toBe(5 / 3);
  expect(Object.keys(catalogue[0]!)).toEqual([
    'name',
    'formula',
    'paper',
    'range',
    'monotone',
    'deadRegion',
    'cost',
    'gain',
    'parameters',
  ]);
});

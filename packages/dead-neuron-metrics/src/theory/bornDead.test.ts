import { createRandom } from '@relumine/core';
import { golden } from '@tooling/goldens';
import { expect, test } from 'vitest';
import { bornDeadProbability, minimumWidth } from './bornDead';

interface Row {
  width: number;
  hiddenLayers: number;
  p: number;
  se: number;
  pOneSided: number;
  draws: number;
  upperBound: number;
  lowerBound: number;
}
const { rows } = golden<{ rows: Row[] }>('dying_relu_mc');

test('the bounds are the reference bounds, and hold the simulated probability in every row', () => {
  expect(rows.length).toBeGreaterThan(10);
  for (const row of rows) {
    const { lower, upper } = bornDeadProbability({ inputs: 1, widths: new Array(row.hiddenLayers).fill(row.width) });
    expect(Math.abs(upper - row.upperBound)).toBeLessThan(1e-14);
    expect(Math.abs(lower - row.lowerBound)).toBeLessThan(1e-14);
    expect(row.p).toBeGreaterThanOrEqual(lower - 3 * row.se);
    expect(row.p).toBeLessThanOrEqual(upper + 3 * row.se);
    expect(Math.abs(row.pOneSided - upper)).toBeLessThan(3.5 * Math.sqrt((upper * (1 - upper)) / row.draws));
  }
});

test.each([
  [1, 3, 0.5, 0.75],
  [2, 3, 0.15625, 0.4375],
  [2, 4, 0.326172, 0.578125],
  [2, 5, 0.476685, 0.683594],
  [2, 10, 0.870256, 0.924915],
  [2, 20, 0.992671, 0.995772],
  [3, 10, 0.513389, 0.699342],
  [3, 20, 0.863523, 0.920904],
  [4, 10, 0.204164, 0.440575],
  [4, 20, 0.519845, 0.706604],
  [5, 10, 0.063985, 0.248541],
  [5, 20, 0.213793, 0.452956],
  [5, 50, 0.636104, 0.788955],
  [8, 50, 0.030838, 0.174512],
])('width %i, %i weight layers: from %f to %f', (width, layers, lower, upper) => {
  const bounds = bornDeadProbability({ inputs: 1, widths: new Array(layers - 1).fill(width) });
  expect(bounds.lower).toBeCloseTo(lower, 6);
  expect(bounds.upper).toBeCloseTo(upper, 6);
});

/** Whether a fresh network of one input is dead; by homogeneity the inputs 1 and −1 decide. */
function isBornDead(width: number, hiddenLayers: number, weight: () => number): boolean {
  let plus = [1];
  let minus = [-1];
  for (let layer = 0; layer < hiddenLayers; layer++) {
    const nextPlus: number[] = [];
    const nextMinus: number[] = [];
    let alive = false;
    for (let unit = 0; unit < width; unit++) {
      let [a, b] = [0, 0];
      for (let i = 0; i < plus.length; i++) {
        const w = weight();
        a += w * plus[i]!;
        b += w * minus[i]!;
      }
      nextPlus.push(Math.max(0, a));
      nextMinus.push(Math.max(0, b));
      alive ||= a > 0 || b > 0;
    }
    if (!alive) return true;
    [plus, minus] = [nextPlus, nextMinus];
  }
  return false;
}

test.each(['normal', 'uniform'] as const)('own simulation with %s weights gives the same probabilities', (kind) => {
  const random = createRandom(`born dead, ${kind}`);
  const weight = kind === 'normal' ? () => random.normal() : () => 2 * random.uniform() - 1;
  const draws = 15_000;
  for (const row of rows.filter((r) => r.width <= 4 && r.hiddenLayers <= 9)) {
    let dead = 0;
    for (let i = 0; i < draws; i++) if (isBornDead(row.width, row.hiddenLayers, weight)) dead++;
    const error = Math.sqrt((row.p * (1 - row.p)) / draws + row.se ** 2);
    expect(Math.abs(dead / draws - row.p), `width ${row.width}, ${row.hiddenLayers} layers`).toBeLessThanOrEqual(
      3 * error,
    );
  }
});

test('several inputs and unequal widths have no lower bound; the order of widths does not matter', () => {
  expect(bornDeadProbability({ inputs: 2, widths: [2, 2] })).toEqual({ lower: 0, upper: 0.4375 });
  const mixed = bornDeadProbability({ inputs: 1, widths: [1, 3] });
  expect(mixed.lower).toBe(0);
  expect(mixed.upper).toBeCloseTo(1 - 0.5 * 0.875, 15);
  expect(bornDeadProbability({ inputs: 1, widths: [3, 1] }).upper).toBeCloseTo(mixed.upper, 15);
});

test('one hidden layer of one input is never dead for certain, one unit behind another often', () => {
  expect(bornDeadProbability({ inputs: 1, widths: [1] })).toEqual({ lower: 0, upper: 0.5 });
  expect(bornDeadProbability({ inputs: 1, widths: [1, 1] }).lower).toBeCloseTo(0.5, 15);
});

test('wide layers keep their digits', () => {
  const { lower, upper } = bornDeadProbability({ inputs: 1, widths: new Array(34).fill(128) });
  expect(upper / (34 * 2 ** -128)).toBeCloseTo(1, 12);
  expect(lower).toBeGreaterThanOrEqual(0);
  expect(lower).toBeLessThan(upper);
  expect(bornDeadProbability({ inputs: 1, widths: [5000, 5000] })).toEqual({ lower: 0, upper: 0 });
});

test('the minimum width keeps the bound, and one less breaks it', () => {
  expect([9, 19, 49, 99].map((hiddenLayers) => minimumWidth({ hiddenLayers, probability: 0.01 }))).toEqual([
    10, 11, 13, 14,
  ]);
  for (const hiddenLayers of [1, 2, 7, 1000])
    for (const probability of [0.5, 0.4375, 0.25, 0.1, 1e-6, 1e-200]) {
      const width = minimumWidth({ hiddenLayers, probability });
      const upper = (n: number): number =>
        bornDeadProbability({ inputs: 1, widths: new Array(hiddenLayers).fill(n) }).upper;
      expect(upper(width)).toBeLessThanOrEqual(probability * (1 + 1e-12));
      if (width > 1) expect(upper(width - 1)).toBeGreaterThan(probability);
    }
  expect(minimumWidth({ hiddenLayers: 3, probability: 1 })).toBe(1);
});

test('wrong arguments are named', () => {
  const where = '[relumine/dead-neuron-metrics/bornDeadProbability]';
  expect(() => bornDeadProbability({ inputs: 0, widths: [2] })).toThrow(
    `${where} \`inputs\` must be an integer of at least 1. Received: 0.`,
  );
  expect(() => bornDeadProbability({ inputs: 1, widths: [2, 1.5] })).toThrow(
    `${where} \`widths[1]\` must be an integer of at least 1. Received: 1.5.`,
  );
  expect(() => bornDeadProbability({ inputs: 1, widths: [] })).toThrow('at least one hidden width. Received: [].');
  expect(() => bornDeadProbability({ inputs: 1, widths: 3 as never })).toThrow(TypeError);
  expect(() => minimumWidth({ hiddenLayers: 2, probability: 0 })).toThrow('must be above 0');
  expect(() => minimumWidth({ hiddenLayers: 2, probability: 1.1 })).toThrow(RangeError);
  expect(() => minimumWidth({ hiddenLayers: 2, probability: Number.NaN })).toThrow(RangeError);
});

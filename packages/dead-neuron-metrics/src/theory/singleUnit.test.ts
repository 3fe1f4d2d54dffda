import { createRandom } from '@relumine/core';
import { expect, test } from 'vitest';
import { normalCdf } from './normalCdf';
import {
  deadOnOrthantProbability,
  deadUnitProbability,
  neverFiresProbability,
  normalizedFiringProbability,
  stablyInactiveProbability,
} from './singleUnit';

const draws = 100_000;

/** Expects the share of draws with `event` to lie within three standard errors of `probability`. */
function expectShare(
  seed: string,
  probability: number,
  event: (random: ReturnType<typeof createRandom>) => boolean,
): void {
  const random = createRandom(seed);
  let count = 0;
  for (let i = 0; i < draws; i++) if (event(random)) count++;
  const error = Math.sqrt((probability * (1 - probability)) / draws);
  expect(Math.abs(count / draws - probability), seed).toBeLessThanOrEqual(3 * error);
}

test.each([
  ['normal', 1, 1 / 4],
  ['normal', Math.sqrt(3), 1 / 6],
  ['normal', 0, 1 / 2],
  ['uniform', 1, 1 / 4],
  ['uniform', Math.sqrt(3), 0.144338],
  ['uniform', 0.5, 3 / 8],
  ['uniform', 0, 1 / 2],
] as const)('one unit, %s, on [−r, r] with r = %f', (distribution, radius, expected) => {
  const probability = deadUnitProbability({ distribution, radius });
  expect(probability).toBeCloseTo(expected, 6);
  expectShare(`${distribution} ${radius}`, probability, (random) => {
    const draw = (): number => (distribution === 'normal' ? random.normal() : 2 * random.uniform() - 1);
    const [w, b] = [draw(), draw()];
    return w * radius + b < 0 && -w * radius + b < 0;
  });
});

test.each([1, 2, 4])('one unit on the non-negative orthant of %i inputs', (inputs) => {
  expectShare(`orthant ${inputs}`, deadOnOrthantProbability({ inputs }), (random) => {
    let dead = true;
    for (let i = 0; i <= inputs; i++) if (random.normal() >= 0) dead = false;
    return dead;
  });
});

test.each([1, 3])('no bias, %i symmetric samples', (samples) => {
  expectShare(`samples ${samples}`, neverFiresProbability({ samples }), (random) => {
    const w = [random.normal(), random.normal()] as const;
    let fired = false;
    for (let i = 0; i < samples; i++) if (w[0] * random.normal() + w[1] * random.normal() > 0) fired = true;
    return !fired;
  });
});

test.each([
  [1, 1, 1 / 4],
  [1, 2, 3 / 16],
  [3, 2, 1 / 8],
])('a second-layer unit of %i input, first width %i', (inputs, width, expected) => {
  expect(stablyInactiveProbability({ inputs, width })).toBeCloseTo(expected, 15);
  if (inputs > 1) return;
  // For one input the second layer is piecewise linear: it is ≤ 0 everywhere iff it is at every kink and in both slopes.
  expectShare(`stable ${width}`, expected, (random) => {
    const first = Array.from({ length: width }, () => ({ w: random.normal(), b: random.normal(), v: random.normal() }));
    const bias = random.normal();
    const z = (x: number): number => first.reduce((sum, { w, b, v }) => sum + v * Math.max(0, w * x + b), bias);
    const slopes = [1, -1].map((side) => first.reduce((sum, { w, v }) => sum + v * Math.max(0, side * w), 0));
    return slopes.every((slope) => slope <= 0) && first.every(({ w, b }) => z(-b / w) <= 0);
  });
});

test('behind batch normalisation', () => {
  expect(normalizedFiringProbability({ gamma: 2, beta: 0 })).toBe(0.5);
  expect(normalizedFiringProbability({ gamma: -2, beta: 3 })).toBe(normalizedFiringProbability({ gamma: 2, beta: 3 }));
  expect([-1, 0, 1].map((beta) => normalizedFiringProbability({ gamma: 0, beta }))).toEqual([0, 0, 1]);
  expectShare('batch norm', normalizedFiringProbability({ gamma: 0.7, beta: -1 }), (r) => 0.7 * r.normal() - 1 > 0);
});

test('the normal distribution function, tails included', () => {
  const table: [number, number][] = [
    [1, 0.8413447460685429],
    [-1.959963984540054, 0.025],
    [-3, 0.0013498980316300946],
    [-6, 9.865876450376946e-10],
    [-10, 7.619853024160527e-24],
    [-37, 5.725571222524577e-300],
  ];
  for (const [x, value] of table) expect(Math.abs(normalCdf(x) / value - 1), `at ${x}`).toBeLessThan(1e-12);
  expect([Number.NEGATIVE_INFINITY, 0, Number.POSITIVE_INFINITY, Number.NaN].map(normalCdf)).toEqual([
    0,
    0.5,
    1,
    Number.NaN,
  ]);
  expect(Math.abs(normalCdf(-2.9999999) / normalCdf(-3.0000001) - 1)).toBeLessThan(1e-6);
});

test('wrong arguments are named', () => {
  expect(() => deadUnitProbability({ distribution: 'cauchy' as never, radius: 1 })).toThrow(RangeError);
  expect(() => deadUnitProbability({ distribution: 'normal', radius: -1 })).toThrow('`radius`');
  expect(() => stablyInactiveProbability({ inputs: 1, width: 3 })).toThrow('at most inputs + 1 = 2');
  expect(() => neverFiresProbability({ samples: 0 })).toThrow('`samples`');
  expect(() => deadOnOrthantProbability({ inputs: 1.5 })).toThrow('`inputs`');
  expect(() => normalizedFiringProbability({ gamma: Number.NaN, beta: 0 })).toThrow('`gamma`');
});

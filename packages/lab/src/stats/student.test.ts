import { expect, test } from 'vitest';
import { meanInterval, studentCdf, studentQuantile } from './student';

test.each([
  // By Simpson's rule over the density, 200,000 steps in float64.
  [1, 1, 0.75],
  [2, 1, 0.8524163823495],
  [2.5, 2, 0.9351941398893],
  [-1.3, 3, 0.142233754364],
  [0.7, 4, 0.7387499172033],
  [2.015, 5, 0.9499969138366],
  [3.1, 30, 0.9979077575697],
])('P(T ≤ %d) with %d degrees of freedom is %d', (t, degrees, expected) => {
  expect(studentCdf(t, degrees)).toBeCloseTo(expected, 11);
});

test('quantiles of the tables', () => {
  expect(studentQuantile(0.975, 1)).toBeCloseTo(Math.tan(Math.PI * 0.475), 11);
  expect(studentQuantile(0.975, 2)).toBeCloseTo(0.95 * Math.sqrt(2 / (1 - 0.95 ** 2)), 12);
  expect(studentQuantile(0.025, 9)).toBeCloseTo(-2.2621571628, 9);
  expect(studentQuantile(0.5, 3)).toBe(0);
});

test('intervals of the mean', () => {
  const { mean, low, high } = meanInterval([1, 2, 3, 4]);
  expect([mean, low, high].map((x) => x.toFixed(6))).toEqual(['2.500000', '0.445740', '4.554260']);
  expect(meanInterval([0.5])).toMatchObject({ mean: 0.5, high: Number.POSITIVE_INFINITY });
  expect(meanInterval([3, 3, 3])).toMatchObject({ low: 3, high: 3 });
});

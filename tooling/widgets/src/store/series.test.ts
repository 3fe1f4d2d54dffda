import { expect, test } from 'vitest';
import { Series } from './series';

test('a series stays short and evenly spaced, from the first point on', () => {
  const series = new Series(0, 10);
  for (let i = 0; i <= 1000; i++) series.push(i, i);
  expect(series.steps.length).toBeLessThanOrEqual(11);
  expect(series.steps[0]).toBe(0);
  const gaps = series.steps.slice(1).map((step, i) => step - series.steps[i]!);
  expect(new Set(gaps).size).toBe(1);
  expect(series.last).toBe(1000);
});

test('smoothing follows, and recovers from what is no number', () => {
  const series = new Series(0.9);
  series.push(0, 1);
  series.push(1, 2);
  expect(series.last).toBeCloseTo(1.1, 12);
  series.push(2, Number.NaN);
  expect(series.last).toBeNaN();
  series.push(3, 5);
  expect(series.last).toBe(5);
});

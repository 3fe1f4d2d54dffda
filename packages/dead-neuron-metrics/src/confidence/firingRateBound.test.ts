import { createRandom } from '@relumine/core';
import { expect, test } from 'vitest';
import { firingRateBound, samplesNeeded } from './firingRateBound';
import { incompleteBeta } from './incompleteBeta';

test('no firing in m samples bounds the rate by 1 − 0.05^(1/m)', () => {
  for (const [m, bound] of [
    [32, 0.0894],
    [100, 0.0295],
    [1000, 0.00299],
    [3000, 0.000998],
  ] as const)
    expect(firingRateBound(m)).toBeCloseTo(bound, 4);
  expect(firingRateBound(1e9)).toBeCloseTo(2.995732269e-9, 17);
  expect(firingRateBound(0)).toBe(1);
  expect(firingRateBound(5, 0.95, 5)).toBe(1);
});

test('k firings: at the bound, so few have probability 5 % exactly', () => {
  for (const [m, k] of [
    [10, 1],
    [40, 7],
    [1000, 3],
    [1000, 990],
  ] as const) {
    const bound = firingRateBound(m, 0.95, k);
    // P(X ≤ k) for X ~ Binomial(m, bound), term by term.
    let [term, sum] = [Math.exp(m * Math.log1p(-bound)), 0];
    let log = m * Math.log1p(-bound);
    for (let i = 0; i <= k; i++) {
      term = Math.exp(log);
      sum += term;
      log += Math.log((m - i) / (i + 1)) + Math.log(bound) - Math.log1p(-bound);
    }
    expect(sum).toBeCloseTo(0.05, 9);
  }
});

test('the bound covers the true rate in 95 of 100 experiments', () => {
  const random = createRandom('coverage');
  const [rate, samples, experiments] = [0.07, 60, 4000];
  let covered = 0;
  for (let e = 0; e < experiments; e++) {
    let fired = 0;
    for (let i = 0; i < samples; i++) if (random.uniform() < rate) fired++;
    if (firingRateBound(samples, 0.95, fired) >= rate) covered++;
  }
  const standardError = Math.sqrt((0.95 * 0.05) / experiments);
  expect(covered / experiments).toBeGreaterThan(0.95 - 4 * standardError);
});

test('samplesNeeded is the smallest number that brings the bound below the rate', () => {
  for (const rate of [0.5, 0.1, 0.01, 0.001]) {
    const m = samplesNeeded(rate);
    expect(firingRateBound(m)).toBeLessThanOrEqual(rate);
    expect(firingRateBound(m - 1)).toBeGreaterThan(rate);
  }
  expect(samplesNeeded(0.01)).toBe(299);
});

test('the incomplete beta function has its known values', () => {
  expect(incompleteBeta(0.3, 1, 1)).toBeCloseTo(0.3, 14);
  expect(incompleteBeta(0.5, 2, 3)).toBeCloseTo(0.6875, 13);
  expect(incompleteBeta(0.5, 1000, 1000)).toBeCloseTo(0.5, 12);
});

test('wrong arguments are named', () => {
  expect(() => firingRateBound(-1)).toThrow('`samples` must be an integer of at least 0. Received: -1.');
  expect(() => firingRateBound(10, 1)).toThrow(
    '`confidence` must be a finite number above 0 and below 1. Received: 1.',
  );
  expect(() => firingRateBound(10, 0.95, 11)).toThrow('`fired` must be a finite number of at most 10. Received: 11.');
  expect(() => samplesNeeded(0)).toThrow('`rate`');
});

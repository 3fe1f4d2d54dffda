import { expect, test } from 'vitest';
import { interpolateTorus } from './interpolateTorus';

/** A trigonometric polynomial of degree 2 in rows and 1 in columns, at points of [h, w]. */
const sampled = ([h, w]: readonly [number, number]): number[] =>
  Array.from({ length: h * w }, (_, k) => {
    const [x, y] = [(2 * Math.PI * Math.floor(k / w)) / h, (2 * Math.PI * (k % w)) / w];
    return 2 + Math.cos(2 * x + 0.3) - 3 * Math.sin(x - y) + 0.5 * Math.cos(y + 1);
  });

test.each([
  [
    [5, 3],
    [7, 9],
  ],
  [
    [6, 4],
    [12, 5],
  ],
  [
    [8, 5],
    [8, 5],
  ],
] as const)('a polynomial of low degree is met exactly, %j to %j', (from, to) => {
  const expected = sampled(to);
  const found = interpolateTorus(sampled(from), from, to);
  expect(found.length).toBe(expected.length);
  for (const [k, value] of expected.entries()) expect(Math.abs(found[k]! - value)).toBeLessThan(1e-13);
});

test('what does not vary along an axis needs one point there', () => {
  expect([...interpolateTorus([1, 2, 3], [1, 3], [2, 3])]).toEqual(
    [1, 2, 3, 1, 2, 3].map((x) => expect.closeTo(x, 13)),
  );
});

test.each([4, 5])('on as many points, any values stay as they are, %d', (n) => {
  const values = Array.from({ length: n * n }, (_, k) => (k * k) % 7);
  const found = interpolateTorus(values, [n, n], [n, n]);
  for (const [k, value] of values.entries()) expect(Math.abs(found[k]! - value)).toBeLessThan(1e-13);
});

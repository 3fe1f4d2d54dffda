import { expect, test } from 'vitest';
import type { Window } from './convolve';
import { errorOf } from './interval';
import { winogradErrors } from './winograd';

/** Coefficients of Π (x − p) over the points, from x⁰ on. */
const polynomial = (points: readonly number[]): number[] =>
  points.reduce((product, p) => [0, ...product].map((above, i) => above - p * (product[i] ?? 0)), [1]);

/**
 * How much each tap weighs in the intermediate sums of four outputs along one axis: Σ |A||G||B| of Cook and Toom's algorithm
 * at these points and ∞, of which any scaling of the points cancels.
 */
function weightsAt(points: readonly number[], taps: number): number[] {
  const size = (list: readonly number[]): number => list.reduce((sum, value) => sum + Math.abs(value), 0);
  return Array.from({ length: taps }, (_, tap) =>
    Math.max(
      ...[0, 1, 2, 3].map((output) => {
        const finite = points.map((p, u) => {
          const others = points.filter((__, v) => v !== u);
          const slope = others.reduce((product, q) => product * (p - q), 1);
          return Math.abs((p ** output * p ** tap) / slope) * size(polynomial(others));
        });
        const atInfinity = output === 3 && tap === taps - 1 ? size(polynomial(points)) : 0;
        return size(finite) + atInfinity;
      }),
    ),
  );
}

test.each([
  [3, [0, 1, -1, 2, -2]],
  [5, [0, 1, -1, 2, -2, 0.5, -0.5]],
])('%i taps weigh in the bounds what the transforms make of them', (taps, points) => {
  const weights = weightsAt(points, taps);
  const window: Window = {
    input: [taps + 3, taps + 3],
    output: [4, 4],
    kernel: [taps, taps],
    strides: [1, 1],
    dilation: [1, 1],
    before: [0, 0],
  };
  const x = { shape: [1, 1, 8], lo: new Float64Array(8).fill(-2), hi: new Float64Array(8).fill(1) };
  for (let tap = 0; tap < taps * taps; tap++) {
    const kernel = new Float32Array(taps * taps * 64);
    kernel[(tap * 8 + 3) * 8 + 5] = -3;
    const errors = winogradErrors(x, kernel, 8, window)!;
    const magnitude = 2 * 3 * weights[Math.floor(tap / taps)]! * weights[tap % taps]!;
    // Eight channels, the roundings of three transforms, and four to spare.
    const expected = errorOf(magnitude, 8 + (taps === 3 ? 20 : 26) + 4);
    expect(Math.abs(errors[5]! / expected - 1)).toBeLessThan(1e-12);
    expect(errors[4]!).toBe(errorOf(0, 8));
  }
});

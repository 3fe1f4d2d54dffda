import { createRandom } from '@relumine/core';
import { expect, test } from 'vitest';
import { hermitianEigenvalues } from './hermitianEigenvalues';

/** A random unitary similarity of a diagonal matrix, by reflections: its eigenvalues are known. */
function hidden(eigenvalues: number[], seed: number): { re: Float64Array; im: Float64Array } {
  const n = eigenvalues.length;
  const random = createRandom(seed);
  const re = new Float64Array(n * n);
  const im = new Float64Array(n * n);
  eigenvalues.forEach((value, i) => {
    re[i * n + i] = value;
  });
  for (let k = 0; k < n; k++) {
    const v = Array.from({ length: n }, () => [random.normal(), random.normal()] as const);
    const norm = v.reduce((sum, [a, b]) => sum + a * a + b * b, 0);
    // A ← H A H with H = I − 2 v vᴴ / ‖v‖², first from the left, then from the right.
    for (const side of ['left', 'right']) {
      for (let j = 0; j < n; j++) {
        let [sr, si] = [0, 0];
        for (let i = 0; i < n; i++) {
          const at = side === 'left' ? i * n + j : j * n + i;
          const [a, b] = [v[i]![0], side === 'left' ? -v[i]![1] : v[i]![1]];
          sr += re[at]! * a - im[at]! * b;
          si += re[at]! * b + im[at]! * a;
        }
        for (let i = 0; i < n; i++) {
          const at = side === 'left' ? i * n + j : j * n + i;
          const [a, b] = [v[i]![0], side === 'left' ? v[i]![1] : -v[i]![1]];
          re[at]! -= (2 / norm) * (a * sr - b * si);
          im[at]! -= (2 / norm) * (a * si + b * sr);
        }
      }
    }
  }
  return { re, im };
}

test.each([
  [[3]],
  [[-2, 5]],
  [[0, 0, 0, 1]],
  [[1, 1, 1, 1, 1]],
  [[1e-8, 1, 1e8]],
  [Array.from({ length: 40 }, (_, i) => (i - 20) ** 3)],
  // The squares of float32's smallest and largest numbers.
  [[1e-90, 3e-90, 2e-90]],
  [[-1e77, 3e77, 0, 2e77]],
  [[]],
])('eigenvalues of a matrix made of %j', (eigenvalues) => {
  const found = hermitianEigenvalues(hidden(eigenvalues, 1), eigenvalues.length);
  const scale = Math.max(0, ...eigenvalues.map(Math.abs));
  const sorted = [...eigenvalues].sort((a, b) => a - b);
  for (const [i, value] of sorted.entries())
    expect(Math.abs(found[i]! - value)).toBeLessThan(1e-13 * scale * eigenvalues.length);
});

import { createRandom } from '@relumine/core';

const size = 224;
const discs = 400;

/** Colours what is still free of a disc. */
function paint(into, free, [x, y, radius], color) {
  const clip = (at) => Math.max(0, Math.min(size, Math.ceil(at)));
  for (let row = clip(y - radius); row < clip(y + radius); row++)
    for (let column = clip(x - radius); column < clip(x + radius); column++) {
      const i = row * size + column;
      if (!free[i] || (column - x) ** 2 + (row - y) ** 2 >= radius ** 2) continue;
      free[i] = 0;
      into.set(color, 3 * i);
    }
}

/** One picture, float32[224 · 224 · 3]: discs that hide each other, the nearest first. */
function picture(random, into) {
  const free = new Uint8Array(size * size).fill(1);
  const color = () => [random.uniform(), random.uniform(), random.uniform()];
  for (let k = 0; k < discs; k++) {
    // Radii with density ∝ r⁻³ from 3 to 100 pixels: that makes the picture look the same at every scale.
    const radius = 1 / Math.sqrt(1 / 9 - random.uniform() * (1 / 9 - 1 / 10_000));
    paint(into, free, [random.uniform() * size, random.uniform() * size, radius], color());
  }
  paint(into, free, [size / 2, size / 2, size], color());
}

export function deadLeaves(count, seed = 1) {
  const one = size * size * 3;
  const values = new Float32Array(count * one);
  for (let n = 0; n < count; n++) picture(createRandom(`leaves ${seed} ${n}`), values.subarray(n * one, (n + 1) * one));
  return values;
}

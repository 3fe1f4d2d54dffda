import {
  add,
  conv3dTranspose,
  dispose,
  grads,
  mul,
  randomNormal,
  sum,
  type Tensor,
  type Tensor5D,
  tidy,
} from '@tensorflow/tfjs-core';
import { expectNoLeak } from '@tooling/testing';
import { beforeAll, expect, test } from 'vitest';
import { startWasm } from '../startWasm';

beforeAll(() => startWasm());

test.each([
  [1, 'valid', [2, 6, 6, 6, 2]],
  [1, 'same', [2, 4, 4, 4, 2]],
  [2, 'valid', [2, 9, 9, 9, 2]],
  [2, 'same', [2, 8, 8, 8, 2]],
] as const)(
  'a transposed 3-D convolution, stride %d, %s: gradients against differences',
  async (stride, pad, shape) => {
    const normal = (of: readonly number[], seed: number): Tensor5D =>
      randomNormal([...of] as never, 0, 1, 'float32', seed);
    const [x, filter, weights] = [normal([2, 4, 4, 4, 3], 1), normal([3, 3, 3, 2, 3], 2), normal(shape, 3)];
    const f = (a: Tensor, k: Tensor): Tensor =>
      sum(mul(conv3dTranspose(a as Tensor5D, k as Tensor5D, [...shape] as never, stride, pad), weights));
    const [dx, dFilter] = await expectNoLeak(() => grads(f)([x, filter]) as [Tensor, Tensor], 2);
    // Linear in each: differences of any size are exact but for rounding.
    for (const [seed, [at, slope]] of [[x, dx] as const, [filter, dFilter] as const].entries()) {
      const step = normal(at.shape, 7 + seed);
      const moved = tidy(() => (at === x ? f(add(x, step), filter) : f(x, add(filter, step))).dataSync()[0]!);
      const still = tidy(() => f(x, filter).dataSync()[0]!);
      const told = tidy(() => sum(mul(slope, step)).dataSync()[0]!);
      expect(slope.shape).toEqual(at.shape);
      expect(Math.abs(moved - still - told)).toBeLessThan(2e-4 * Math.max(Math.abs(moved), Math.abs(still), 100));
      step.dispose();
    }
    dispose([x, filter, weights, dx, dFilter]);
  },
);

import { expect, test } from 'vitest';
import { inParallel } from './inParallel.mjs';

test('keeps the order of the results, and the width', async () => {
  let [running, most] = [0, 0];
  const results = await inParallel([30, 1, 10, 5], 2, async (wait) => {
    most = Math.max(most, ++running);
    await new Promise((done) => setTimeout(done, wait));
    running--;
    return wait;
  });
  expect(results).toEqual([30, 1, 10, 5]);
  expect(most).toBe(2);
});

test('what one item throws ends the whole', async () => {
  await expect(inParallel([1, 2], 2, (one) => Promise.reject(new Error(String(one))))).rejects.toThrow(/1|2/);
});

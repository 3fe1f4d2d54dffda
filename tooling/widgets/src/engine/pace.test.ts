import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Pace } from './pace';

let now = 0;
beforeEach(() => {
  now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => vi.restoreAllMocks());

/** Milliseconds from the end of a look that took so long until the next one is due. */
function waitAfter(lookTime: number): number {
  const pace = new Pace();
  const from = now;
  now += lookTime;
  pace.hasLooked(from);
  const ended = now;
  while (!pace.shouldLook()) now++;
  return now - ended;
}

test('quick looks are shown one by one, slow ones once a second, and the slowest cost a third of the time at most', () => {
  expect(waitAfter(5)).toBe(400);
  expect(waitAfter(60)).toBe(750);
  expect(waitAfter(200)).toBe(1000);
  expect(waitAfter(1200)).toBe(2400);
});

test.each([
  [2, [5, 30, 0]],
  [8, [0, 0, 0]],
])('with %i cores, what browsers compile at first takes turns with the training', async (cores, rests) => {
  const pace = new (await paceWith(cores))();
  expect([pace.rest(5), pace.rest(80), pace.rest(915)]).toEqual(rests);
});

test('where there are many layers it takes turns for longer, and never again in a worker that has worked so long', async () => {
  const Paced = await paceWith(2);
  const deep = new Paced(60);
  expect([deep.rest(2480), deep.rest(10), deep.rest(10)]).toEqual([30, 10, 0]);
  expect(new Paced(0).rest(10)).toBe(0);
});

/** As a worker of a machine with so many cores has it. */
async function paceWith(cores: number): Promise<typeof Pace> {
  vi.stubGlobal('navigator', { hardwareConcurrency: cores });
  vi.resetModules();
  const found = (await import('./pace')).Pace;
  vi.unstubAllGlobals();
  return found;
}

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

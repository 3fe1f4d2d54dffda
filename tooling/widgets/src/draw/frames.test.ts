import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { never, soon } from './frames';

let frames: (() => void)[] = [];
let now = 0;
beforeEach(() => {
  vi.stubGlobal('requestAnimationFrame', (callback: () => void) => frames.push(callback));
  vi.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  frames = [];
});
const nextFrame = (): void => frames.splice(0).forEach((callback) => void callback());

test('what is asked for twice is done once, in the order of asking', () => {
  const done: string[] = [];
  const [a, b] = [() => void done.push('a'), () => void done.push('b')];
  for (const one of [a, b, a]) soon(one);
  nextFrame();
  expect(done).toEqual(['a', 'b']);
  expect(frames).toEqual([]);
});

test('what takes longer than its share of a frame leaves the rest to the next ones', () => {
  const done: number[] = [];
  const tasks = [0, 1, 2, 3].map((i) => () => {
    now += 0.8;
    done.push(i);
  });
  for (const one of tasks) soon(one);
  nextFrame();
  expect(done).toEqual([0, 1]);
  nextFrame();
  expect(done).toEqual([0, 1, 2, 3]);
});

test('what takes a frame for itself is done alone, whatever time it takes, and after what came before', () => {
  const done: string[] = [];
  soon(() => void done.push('cells'));
  soon(() => void done.push('canvas'), true);
  soon(() => void done.push('other canvas'), true);
  soon(() => void done.push('more cells'));
  for (const expected of ['cells', 'canvas', 'other canvas', 'more cells']) {
    nextFrame();
    expect(done.splice(0)).toEqual([expected]);
  }
  expect(frames).toEqual([]);
});

test('what asks for itself again waits for the next frame, and what is taken back is not done', () => {
  let count = 0;
  const again = (): void => {
    // Slower than a frame's share, so that it is not met twice in one.
    now += 10;
    count++;
    if (count < 3) soon(again);
  };
  const other = vi.fn();
  soon(again);
  soon(other);
  never(other);
  nextFrame();
  expect(count).toBe(1);
  nextFrame();
  nextFrame();
  expect(count).toBe(3);
  expect(other).not.toHaveBeenCalled();
});

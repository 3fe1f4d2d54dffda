import { expect, test } from 'vitest';
import { apart } from './lineChart';

const ends = (...heights: number[]) => heights.map((y, i) => ({ letter: 'ABCD'[i]!, ink: 'ink', x: 0, y }));

test('letters at the ends of equal curves lie beside each other, inside the chart, in the order of the curves', () => {
  for (const heights of [[50, 50, 50, 50], [100, 100, 99, 98], [0, 0, 0], [12, 60], []]) {
    const placed = apart(ends(...heights), 8, 100).sort((a, b) => a.y - b.y);
    for (const [i, { y }] of placed.entries()) {
      expect(y).toBeGreaterThanOrEqual(8);
      expect(y).toBeLessThanOrEqual(100);
      if (i > 0) expect(y - placed[i - 1]!.y).toBeGreaterThanOrEqual(11 - 1e-9);
    }
    const order = placed.map(({ letter }) => heights['ABCD'.indexOf(letter)]!);
    expect(order).toEqual([...order].sort((a, b) => a - b));
  }
  // What has room stays where its curve ends.
  expect(apart(ends(12, 60), 8, 100).map(({ y }) => y)).toEqual([60, 12]);
});

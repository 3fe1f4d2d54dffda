import { expect, test } from 'vitest';
import type { LayerCells } from '../protocol';
import { cellPainter } from './cells';

/** The part of an element that painting uses, counting what is written. */
function element() {
  const attributes = new Map<string, string>();
  const counted = { writes: 0 };
  return {
    attributes,
    counted,
    setAttribute(name: string, value: string): void {
      counted.writes++;
      attributes.set(name, value);
    },
    removeAttribute(name: string): void {
      counted.writes++;
      attributes.delete(name);
    },
  };
}
const layer = (firingRate: number[], marks: LayerCells['marks'], certified: number[] = []): LayerCells => ({
  name: 'conv',
  firingRate,
  marks,
  certified,
});
const paintOn = (elements: ReturnType<typeof element>[]) => {
  const painter = cellPainter();
  return (cells: LayerCells, selected = -1, entry = 0): void =>
    painter(elements as unknown as HTMLElement[], {
      layer: cells,
      selected,
      entry,
      describe: (channel) => `channel ${channel} ${cells.marks[channel]}`,
    });
};

test('a cell shows mark, brightness, certificate and words, and one of all is reached by Tab', () => {
  const cells = [element(), element(), element()];
  paintOn(cells)(layer([0.5, 0.001, 0], ['alive', 'nearly', 'dead'], [2]), 1, 7);
  const of = (name: string) => cells.map(({ attributes }) => attributes.get(name));
  expect(of('data-mark')).toEqual(['alive', 'nearly', 'dead']);
  expect(of('data-rate')).toEqual(['13', '1', '0']);
  expect(of('data-certified')).toEqual([undefined, undefined, 'true']);
  expect(of('data-selected')).toEqual([undefined, 'true', undefined]);
  expect(of('aria-label')).toEqual(['channel 0 alive', 'channel 1 nearly', 'channel 2 dead']);
  expect(of('tabindex')).toEqual(['-1', '-1', '0']);
});

test('only what changed is written', () => {
  const cells = [element(), element()];
  const paint = paintOn(cells);
  paint(layer([0.5, 0.5], ['alive', 'alive']));
  for (const { counted } of cells) counted.writes = 0;
  paint(layer([0.501, 0], ['alive', 'dead']));
  expect(cells.map(({ counted }) => counted.writes)).toEqual([0, 3]);
  paint(layer([0.501, 0], ['alive', 'dead'], [1]), 1);
  paint(layer([0.501, 0], ['alive', 'dead']));
  expect(cells[1]?.attributes.has('data-certified')).toBe(false);
  expect(cells[1]?.attributes.has('data-selected')).toBe(false);
});

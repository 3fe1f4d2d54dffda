import { createRandom } from '@relumine/core';
import { getFilteredNodesXToY as original } from '@tensorflow/tfjs-core/dist/tape';
import { expect, test } from 'vitest';
import { getFilteredNodesXToY } from '../vite/tape';

/** Operations on some of thirty tensors, many of them on the same ones. */
function randomCase(seed: number) {
  const random = createRandom(seed);
  const below = (most: number): number => random.integer(most);
  const tensors = (most: number) => Array.from({ length: below(most + 1) }, () => ({ id: below(30) }));
  const node = (_: unknown, id: number) => ({
    id,
    kernelName: `Op${below(3)}`,
    inputs: Object.fromEntries(tensors(4).map((tensor, i) => [`input${i}`, tensor])),
    outputs: tensors(3),
  });
  return { tape: Array.from({ length: below(20) + 1 }, node), xs: tensors(6), y: { id: below(30) } };
}

test('gives what tfjs gives: the operations between, in their order, without the inputs that do not count', () => {
  const lengths: number[] = [];
  for (let seed = 0; seed < 2000; seed++) {
    const { tape, xs, y } = randomCase(seed);
    const found = getFilteredNodesXToY(tape, xs, y);
    expect(found).toEqual(original(tape as never, xs as never, y as never));
    lengths.push(found.length);
  }
  // Not of empty answers alone.
  expect(Math.max(...lengths)).toBeGreaterThan(3);
});

test('leaves the tape as it was', () => {
  const tape = [
    { inputs: { a: { id: 1 }, b: { id: 2 } }, outputs: [{ id: 3 }] },
    { inputs: { a: { id: 3 } }, outputs: [{ id: 4 }] },
  ];
  const before = structuredClone(tape);
  expect(getFilteredNodesXToY(tape, [{ id: 1 }], { id: 4 })).toEqual([
    { inputs: { a: { id: 1 } }, outputs: [{ id: 3 }] },
    { inputs: { a: { id: 3 } }, outputs: [{ id: 4 }] },
  ]);
  expect(tape).toEqual(before);
});

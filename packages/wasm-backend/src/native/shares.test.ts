import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { startWasm } from '../startWasm';
import type { WasmBackend } from './heap';
import { portions, ranges } from './shares';

const threads = 3;

beforeAll(async () => {
  await startWasm({ threads });
});

const drawn = fc.record({
  total: fc.integer({ min: 1, max: 100_000 }),
  unit: fc.integer({ min: 1, max: 100 }),
  kind: fc.constantFrom('product' as const, 'pass' as const),
  operations: fc.integer({ min: 0, max: 2 ** 25 }),
});

test('shares are all of it, once, by whole units', () => {
  const backend = tf.backend() as unknown as WasmBackend;
  fc.assert(
    fc.property(drawn, fc.constantFrom(ranges, portions), ({ total, unit, kind, operations }, share) => {
      const found = share(backend, total, unit, kind, operations);
      expect(found[0]![0]).toBe(0);
      expect(found.at(-1)![1]).toBe(total);
      found.forEach(([first, last], i) => {
        expect(last).toBeGreaterThan(first);
        if (i > 0) expect(first).toBe(found[i - 1]![1]);
        if (last < total) expect(last % unit).toBe(0);
      });
    }),
  );
});

test('little work is not shared out, more is by threads, and much leaves a rest for who has time', () => {
  const backend = tf.backend() as unknown as WasmBackend;
  expect(portions(backend, 2400, 1, 'pass', 100_000)).toEqual([[0, 2400]]);
  expect(portions(backend, 2400, 1, 'pass', 1_000_000)).toEqual(ranges(backend, 2400, 1, 'pass', 1_000_000));
  // From the end: three quarters by equal shares, then eighths of a share.
  const sizes = portions(backend, 2400, 1, 'pass', 2_000_000).map(([first, last]) => last - first);
  expect(sizes).toEqual([...Array(2 * threads).fill(100), ...Array(threads).fill(600)]);
  // Where units are few, finer portions would be uneven.
  expect(portions(backend, 23, 1, 'pass', 2_000_000)).toHaveLength(threads);
});

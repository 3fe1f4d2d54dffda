import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startWasm } from '@relumine/wasm-backend';
import { expectNoLeak } from '@tooling/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { formatReproduction, reproduce } from '../index';

beforeAll(() => startWasm());

const rowsOf = async (...args: Parameters<typeof reproduce>) => (await expectNoLeak(() => reproduce(...args))).rows;

test('born dead: every cell is within 3 standard errors of an earlier simulation and of the bounds', async () => {
  const rows = await rowsOf('born-dead', { draws: 500 });
  expect(rows.length).toBeGreaterThan(30);
  // 3 standard errors are missed once in 370 times: of this many cells one may be.
  expect(rows.filter(({ within }) => within === false).length).toBeLessThanOrEqual(1);
});

test('|x|: networks of width 2 are mostly constant with He and ReLU, hardly ever with a slope of 0.25', async () => {
  const rows = await rowsOf('absolute-value', { nets: 200, steps: 30 });
  const constant = (which: string): number =>
    rows.find((row) => row.case === which && row.quantity.startsWith('constant'))!.ours;
  expect(constant('ReLU, He')).toBeGreaterThan(0.85);
  expect(constant('ReLU, randomised asymmetric')).toBeLessThan(0.7);
  expect(constant('ReLU, randomised asymmetric, output He')).toBeLessThan(0.7);
  expect(constant('leaky ReLU 0.25, He')).toBeLessThan(0.05);
});

test('AutoTrainer’s network: Glorot’s initialisation lets the signal vanish, He’s does not', async () => {
  const rows = await rowsOf('auto-trainer', { seeds: [1, 2], steps: 2, width: 32, testSize: 100, trainSize: 600 });
  const of = (which: string, quantity: string): number =>
    rows.find((row) => row.case === which && row.quantity === quantity)!.ours;
  expect(of('He normal', 'accuracy')).toBeGreaterThan(0);
  expect(of('Glorot uniform', 'zero gradients, before training')).toBeGreaterThan(0.2);
  expect(rows).toHaveLength(14);
});

test('a long reproduction that was stopped goes on from the parts that its journal holds', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'relumine-parts-'));
  const journal = join(folder, 'parts.jsonl');
  try {
    const settings = { seeds: [1, 2, 3, 4, 5, 6], steps: 2, width: 8, testSize: 50, trainSize: 100 };
    const whole = await rowsOf('auto-trainer', settings, { journal });
    const lines = (await readFile(journal, 'utf8')).trim().split('\n');
    expect(lines).toHaveLength(4);

    // The first part as it was kept, but for a mark; of the second only half was written.
    const marked = JSON.parse(lines[0]!);
    marked.run.part[0].before.deadUnits += 6;
    await writeFile(journal, `${JSON.stringify(marked)}\n${lines[1]!.slice(0, 40)}`);
    const resumed = await rowsOf('auto-trainer', settings, { journal });
    const at = whole.findIndex(({ quantity }) => quantity === 'dead units, before training');
    expect(resumed[at]!.ours).toBeCloseTo(whole[at]!.ours + 1, 12);
    expect(resumed.filter((_, i) => i !== at)).toEqual(whole.filter((_, i) => i !== at));

    // Other settings are other parts.
    const other = await rowsOf('auto-trainer', { ...settings, steps: 1 }, { journal });
    expect(other[at]!.ours).toBe(whole[at]!.ours);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('tfjs#918: in half of the runs the loss is exactly 21', async () => {
  const [stuck, others] = await rowsOf('stuck-at-21', { runs: 60, steps: 3 });
  expect(stuck!.within).toBe(true);
  expect(others!.ours).toBeLessThan(21);
});

test('the article’s network: its leaky layers change nothing and its slope learns nothing; the repaired one’s does', async () => {
  const rows = await rowsOf('article', { seeds: [1], steps: 2 });
  expect(rows.slice(0, 4).map(({ ours }) => ours)).toEqual([0, 0, 0, 0]);
  expect(rows[4]!.ours).toBeGreaterThan(0);
  expect(rows.every(({ within }) => within !== false)).toBe(true);
});

test('a lower rate brings no channel of the first layer back', async () => {
  const rows = await rowsOf('learning-rate', { seeds: [1], steps: 12, high: 0.03, probeSize: 100 });
  expect(rows[0]!.ours).toBeGreaterThan(0);
  expect(rows[2]).toMatchObject({ ours: 0, within: true });
  expect(rows[3]!.ours).toBeLessThan(rows[0]!.ours);
});

describe('a reproduction', () => {
  test('is plain JSON, and a table', async () => {
    const result = await reproduce('stuck-at-21', { runs: 6, steps: 1 });
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
    const table = formatReproduction(result);
    expect(table).toContain('loss exactly 21 after training');
    expect(table).toContain('derived: the weight is negative in half of all draws');
  });

  test('names what it does not know', async () => {
    await expect(reproduce('born-ded' as 'born-dead')).rejects.toThrow("Did you mean 'born-dead'?");
    await expect(reproduce('born-dead', { draw: 1 })).rejects.toThrow(
      '[relumine/lab/reproduce] `settings.draw` must be one of draws. Received: 1.',
    );
    await expect(reproduce('auto-trainer', { seeds: 3 })).rejects.toThrow('`settings.seeds` must be a list of numbers');
    await expect(reproduce('born-dead', { draws: -1 })).rejects.toThrow('`settings.draws` must be a number above 0');
  });
});

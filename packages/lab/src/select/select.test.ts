import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Executor, formatSelection, type Run, type SelectPlan, select } from '../index';

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'relumine-select-'));
  const tiny = `export default () => ({ name: 'tiny', length: 4, shape: [8, 8, 1], images: new Uint8Array(256), labels: Uint8Array.from([0, 1, 0, 1]), classes: 2, classNames: ['a', 'b'] });`;
  await writeFile(join(root, 'data.mjs'), tiny);
});
afterAll(() => rm(root, { recursive: true }));

const plan: SelectPlan = {
  dataset: { kind: 'module', path: 'data.mjs' },
  ...{ trainSize: 4, testSize: 4, probeSize: 4, epochs: 1 },
  grid: { activation: ['relu', 'elu', 'silu'], normalization: ['none', 'batch'] },
};

/** ELU with batch normalisation is two points better than all else; a seed is worth up to one. */
function fake(): Executor & { done: string[] } {
  const done: string[] = [];
  return {
    done,
    async run(source, { onResult }) {
      for (let spec = source.next(); spec; spec = source.next()) {
        const { activations, normalization, seeds } = spec.plan;
        const [activation, seed] = [activations![0] as string, seeds![0]!];
        const isBest = activation === 'elu' && normalization === 'batch';
        const wobble = 0.001 * ((seed * activation.length * 7) % 5);
        done.push(spec.key);
        const run = { activation, seed, testAccuracy: (isBest ? 0.95 : 0.93) + 0.01 * Math.sin(seed) + wobble } as Run;
        if (activation === 'silu') await onResult({ key: spec.key, error: 'broken' });
        else
          await onResult({
            key: spec.key,
            run: {
              ...run,
              params: {},
              normalization: normalization!,
              trainLoss: 0.1,
              seconds: 1,
              layers: [],
              epochs: [],
            },
          });
      }
    },
  };
}

test('finds the best, says how sure it is and what it cost', async () => {
  const executor = fake();
  const labels: string[] = [];
  const result = await select(plan, { executor, root, onTrial: ({ label }) => labels.push(label) });
  expect(result.best).toMatchObject({ activation: 'elu', normalization: 'batch' });
  expect(result.difference!.confidence).toBeGreaterThan(0.95);
  expect(result.answer).toMatch(
    /^Take elu, normalization batch: 9\d\.\d % of the test images are told right \(\d+ seeds\), no channel dead\./,
  );
  expect(result.answer).toMatch(/points \(.*\) ahead of .*: better with 9\d\.\d % confidence\. It took \d+ runs/);
  expect(result.cost).toMatchObject({ runs: executor.done.length, allRuns: 6 * 18 });
  expect(executor.done.length).toBeLessThan(54);
  expect(new Set(executor.done).size).toBe(executor.done.length);
  expect(result.failed.length).toBeGreaterThanOrEqual(4);
  expect(result.candidates[0]!.seeds).toBeGreaterThan(result.candidates.at(-1)!.seeds - 1);
  expect(labels[0]).toBe('relu, none, seed 1');
  expect(formatSelection(result)).toContain('candidate');
  expect(JSON.parse(JSON.stringify(result))).toMatchObject({ schema: 'relumine.select/1' });
});

test('a budget is kept, and a journal is gone on with', async () => {
  const journal = join(root, 'select.jsonl');
  const first = fake();
  const short = await select({ ...plan, budget: { runs: 7 } }, { executor: first, root, journal });
  expect([first.done.length, short.cost.runs]).toEqual([7, 7]);
  const second = fake();
  const whole = await select(plan, { executor: second, root, journal });
  const fresh = await select(plan, { executor: fake(), root });
  expect(whole.answer).toBe(fresh.answer);
  expect(second.done.filter((key) => short.runs.some((run) => run.key === key))).toEqual([]);
});

test.each([
  [{ ...plan, seed: 3 }, '`plan.seed` must not be given: a selection draws its own seeds'],
  [{ ...plan, grid: { activation: ['relu'] } }, '`plan.grid` must have two candidates at least. Received: 1.'],
  [{ ...plan, halving: { reduction: 1 } }, '`plan.halving.reduction` must be an integer of at least 2'],
  [{ ...plan, halving: { firstSeeds: 4, mostSeeds: 3 } }, '`plan.halving.mostSeeds` must be an integer of at least 4'],
  [{ ...plan, budget: { run: 3 } }, "Did you mean 'runs'?"],
  [{ ...plan, budget: { seconds: 0 } }, '`plan.budget.seconds` must be a finite number above 0'],
])('%# is refused', async (wrong, message) => {
  await expect(select(wrong as SelectPlan, { root })).rejects.toThrow(message);
});

import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Executor,
  expandPlan,
  localExecutor,
  type RunEntry,
  type RunSpec,
  type SweepPlan,
  type SweepResult,
  sweep,
} from '../index';
import { sourceOf } from './executor';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relumine-sweep-'));
});
afterAll(() => rm(folder, { recursive: true }));

const plan: SweepPlan = {
  model: 'simpleCnn',
  dataset: 'mnist',
  trainSize: 96,
  testSize: 40,
  probeSize: 40,
  epochs: 1,
  batchSize: 32,
  learningRate: 0.01,
  grid: { activation: ['relu', 'elu'], seed: [1, 2] },
};

const withoutSeconds = ({ runs }: SweepResult): unknown[] =>
  runs.map(({ seconds: _, epochs, ...run }) => ({ ...run, epochs: epochs.map(({ seconds: __, ...epoch }) => epoch) }));

describe('the plan', () => {
  test('every combination is a run, the last axis fastest; keys tell equal runs, whatever plan they are in', () => {
    const specs = expandPlan(plan);
    expect(specs.map(({ plan: one }) => [one.activations?.[0], one.seeds?.[0]])).toEqual([
      ['relu', 1],
      ['relu', 2],
      ['elu', 1],
      ['elu', 2],
    ]);
    expect(new Set(specs.map(({ key }) => key)).size).toBe(4);
    const { learningRate, ...rest } = plan;
    const turned = expandPlan({ ...rest, grid: { seed: [2], learningRate: [learningRate], activation: ['elu'] } });
    expect(turned.map(({ key }) => key)).toEqual([specs[3]!.key]);
    expect(expandPlan({ ...plan, grid: { seed: [1, 1] } }).length).toBe(1);
  });

  test('what no run can have is named before anything is done', () => {
    const wrong: [object, string][] = [
      [{ ...plan, lerningRate: 1 }, "Did you mean 'learningRate'?"],
      [{ ...plan, grid: { sed: [1] } }, '`plan.grid` must have no other keys than'],
      [{ ...plan, grid: { seed: [] } }, '`plan.grid.seed` must be a list of one or more values. Received: [].'],
      [{ ...plan, grid: { seed: 3 } }, '`plan.grid.seed` must be a list'],
      [{ ...plan, grid: { learningRate: [0.1, -1] } }, '`plan.grid.learningRate[1]` must be a finite number above 0'],
      [{ ...plan, model: 'alexNet' }, '`plan.model` must be one of simpleCnn'],
      [{ ...plan, dataset: 'cifar' }, '`plan.dataset` must be one of mnist'],
      [{ ...plan, activation: 'rellu', grid: { seed: [1] } }, "Did you mean 'relu'?"],
    ];
    for (const [one, message] of wrong) expect(() => expandPlan(one as SweepPlan)).toThrow(message);
  });
});

describe('real runs on worker threads', () => {
  test('one worker or two: the same numbers, in the order of the plan', async () => {
    const two = await sweep(plan, { executor: localExecutor({ workers: 2 }) });
    const one = await sweep(plan, { executor: localExecutor({ workers: 1 }) });
    expect(two.failed).toEqual([]);
    expect(two.runs.map(({ activation, seed }) => [activation, seed])).toEqual([
      ['relu', 1],
      ['relu', 2],
      ['elu', 1],
      ['elu', 2],
    ]);
    expect(withoutSeconds(two)).toEqual(withoutSeconds(one));
  });
});

/** Answers at once; counts what it was asked. */
function fakeExecutor(fail: (key: string) => boolean = () => false): Executor & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    async run(source, { onResult }) {
      for (let spec = source.next(); spec; spec = source.next()) {
        const { key } = spec;
        asked.push(key);
        await onResult(fail(key) ? { key, error: 'the loss is NaN' } : { key, run: { seed: asked.length } as never });
      }
    },
  };
}

describe('the journal', () => {
  test('what was done is not done again; a torn last line is; failures are tried again', async () => {
    const journal = join(folder, 'journal.jsonl');
    let keys: string[] = [];
    const onStart = (specs: readonly RunSpec[]): unknown => (keys = specs.map(({ key }) => key));
    const first = fakeExecutor((key) => key === keys[3]);
    const result = await sweep(plan, { executor: first, journal, onStart });
    const failure = { key: keys[3], error: 'the loss is NaN', settings: { activation: 'elu', seed: 2 } };
    expect(result.failed).toMatchObject([failure]);
    expect(result.runs).toHaveLength(3);
    // The first line says what the sweep is of.
    const [head, ...lines] = (await readFile(journal, 'utf8')).trimEnd().split('\n');
    expect(JSON.parse(head!)).toMatchObject({ note: 'sweep', plan, versions: { tfjs: '4.22.0' } });
    expect(lines.length).toBe(4);

    // A kill in the middle of the third line.
    await writeFile(journal, `${head}\n${lines[0]}\n${lines[1]}\n${lines[2]!.slice(0, 20)}`);
    const second = fakeExecutor();
    const whole = await sweep(plan, { executor: second, journal });
    expect(second.asked).toEqual([keys[2], keys[3]]);
    expect(whole.runs.map(({ key }) => key)).toEqual(keys);
    expect(whole.failed).toEqual([]);

    await appendFile(journal, 'not JSON\n');
    const third = fakeExecutor();
    await sweep(plan, { executor: third, journal });
    expect(third.asked).toEqual([]);
  });

  test('an abort ends the sweep; what had ended is kept', async () => {
    const journal = join(folder, 'aborted.jsonl');
    const control = new AbortController();
    const many = { ...plan, grid: { seed: [1, 2, 3, 4, 5, 6] } };
    const promise = sweep(many, {
      executor: localExecutor({ workers: 1 }),
      journal,
      signal: control.signal,
      onResult: () => control.abort(new Error('enough')),
    });
    await expect(promise).rejects.toThrow('enough');
    const kept = (await readFile(journal, 'utf8')).trimEnd().split('\n');
    expect(kept.length).toBe(2);
    expect(JSON.parse(kept[1]!)).toHaveProperty('run');
  });
});

test('an abort in the middle of two runs ends at once, without a result for either', async () => {
  const control = new AbortController();
  const long = expandPlan({ ...plan, trainSize: 20_000, grid: { seed: [1, 2, 3] } });
  const results: RunEntry[] = [];
  const from = performance.now();
  const running = localExecutor({ workers: 2 }).run(sourceOf(long), {
    onResult: async (entry) => void results.push(entry),
    signal: control.signal,
  });
  setTimeout(() => control.abort(new Error('enough')), 1500);
  await expect(running).rejects.toThrow('enough');
  // A run of 20,000 images takes far longer than this.
  expect(performance.now() - from).toBeLessThan(10_000);
  expect(results).toEqual([]);
});

test('a result that cannot be kept ends the sweep, and its workers', async () => {
  const long = expandPlan({ ...plan, grid: { trainSize: [32, 20_000], seed: [1] } });
  const full = async (): Promise<void> => {
    throw new Error('no space left on the device');
  };
  await expect(localExecutor({ workers: 2 }).run(sourceOf(long), { onResult: full })).rejects.toThrow('no space left');
});

test('a run that fails in every attempt is a result with its reason, and the next one is done', async () => {
  const entries: RunEntry[] = [];
  const [good] = expandPlan({ ...plan, grid: { seed: [1] } });
  const bad = { key: 'bad', plan: { ...good!.plan, activations: ['rellu' as 'relu'] } };
  await localExecutor({ workers: 1 }).run(sourceOf([bad, good!]), {
    onResult: async (entry) => void entries.push(entry),
  });
  expect(entries[0]).toEqual({ key: 'bad', error: expect.stringContaining("Did you mean 'relu'?") });
  expect(entries[1]).toHaveProperty('run');
});

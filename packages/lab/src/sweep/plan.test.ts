import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Executor, expandPlan, loadData, type RunSpec, type SweepPlan, sweep } from '../index';
import { drawPoint } from './random';

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'relumine-plan-'));
});
afterAll(() => rm(root, { recursive: true }));

/** A module that gives `images` of one pixel each. */
const moduleOf = (shade: number): string => `export default ({ split }) => ({
  name: split, length: 4, shape: [1, 1, 1], images: Uint8Array.from([0, ${shade}, 2, 3]), labels: Uint8Array.from([0, 1, 0, 1]),
  classes: 2, classNames: ['even', 'odd'],
});`;

async function keysOf(plan: SweepPlan): Promise<string[]> {
  const keys: string[] = [];
  const executor: Executor = {
    async run(source, { onResult }) {
      for (let spec: RunSpec | undefined = source.next(); spec; spec = source.next()) {
        keys.push(spec.key);
        await onResult({ key: spec.key, error: 'not done' });
      }
    },
  };
  await sweep(plan, { executor, root });
  return keys;
}

describe('random spaces', () => {
  const space = {
    activation: ['relu', 'elu'],
    learningRate: { logUniform: [1e-4, 1e-1] },
    batchSize: { integer: [8, 64] },
  } as const;

  test('draws lie in their ranges, are spread over them, and do not depend on other axes or the number of draws', () => {
    const points = Array.from({ length: 2000 }, (_, i) => drawPoint(space, 7, i));
    const rates = points.map(({ learningRate }) => learningRate as number);
    expect(Math.min(...rates)).toBeGreaterThanOrEqual(1e-4);
    expect(Math.max(...rates)).toBeLessThanOrEqual(1e-1);
    // A third of the decades each, within five standard errors.
    for (const from of [1e-4, 1e-3, 1e-2]) {
      const share = rates.filter((rate) => rate >= from && rate < 10 * from).length / 2000;
      expect(Math.abs(share - 1 / 3)).toBeLessThan(5 * Math.sqrt(2 / 9 / 2000));
    }
    const sizes = new Set(points.map(({ batchSize }) => batchSize as number));
    expect([Math.min(...sizes), Math.max(...sizes), sizes.size]).toEqual([8, 64, 57]);
    expect(drawPoint({ learningRate: space.learningRate }, 7, 3).learningRate).toBe(points[3]!.learningRate);
    const plan = (draws: number): SweepPlan => ({ random: { draws, seed: 7, space }, grid: { seed: [1, 2] } });
    const [few, more] = [expandPlan(plan(3)), expandPlan(plan(5))];
    expect(few).toHaveLength(6);
    expect(more.slice(0, 6)).toEqual(few);
    expect(few.map(({ plan: one }) => one.learningRate)).toEqual(
      [0, 0, 1, 1, 2, 2].map((i) => points[i]!.learningRate),
    );
  });

  test.each([
    [{ draws: 0, space }, '`plan.random.draws` must be an integer of at least 1'],
    [
      { draws: 1, space: { learningRate: [] } },
      '`plan.random.space.learningRate` must be a list of one or more values',
    ],
    [{ draws: 1, space: { learningRate: { uniform: [1, 0.1] } } }, '.uniform` must rise. Received: [1, 0.1]'],
    [{ draws: 1, space: { learningRate: { logUniform: [0, 1] } } }, '.logUniform` must be a finite number above 0'],
    [
      { draws: 1, space: { batchSize: { integer: [0, 8] } } },
      '`plan.random.space.batchSize[0]` must be an integer of at',
    ],
    [{ draws: 1, space: { batchSize: { integer: [1.5, 8] } } }, '.integer` must be whole numbers that rise'],
    [{ draws: 1, space: { sede: [1] } }, "Did you mean 'seed'?"],
    [{ draw: 1, space }, "Did you mean 'draws'?"],
  ])('%j is refused', (random, message) => {
    expect(() => expandPlan({ random } as unknown as SweepPlan)).toThrow(message);
  });
});

describe('keys', () => {
  test('hold the images: other images under the same name are another run, the same ones elsewhere are not', async () => {
    await writeFile(join(root, 'a.mjs'), moduleOf(1));
    await writeFile(join(root, 'b.mjs'), moduleOf(1));
    await writeFile(join(root, 'c.mjs'), moduleOf(9));
    const plan = (path: string): SweepPlan => ({ dataset: { kind: 'module', path }, testSize: 4, probeSize: 4 });
    const [a, b, c] = await Promise.all(['a.mjs', 'b.mjs', 'c.mjs'].map((path) => keysOf(plan(path))));
    // The path is part of the settings, the images decide beside it.
    expect(new Set([...a!, ...b!, ...c!]).size).toBe(3);
    const spec = expandPlan(plan('a.mjs'))[0]!;
    expect(a![0]).not.toBe(spec.key);
    expect(await keysOf(plan('a.mjs'))).toEqual(a);
  });
});

describe('data', () => {
  const sizes = { trainSize: 10, testSize: 10 };
  test('what lies outside the data folder is not read, neither by name nor through a link', async () => {
    await mkdir(join(root, 'data'), { recursive: true });
    await symlink(join(root, 'a.mjs'), join(root, 'data/link.mjs'));
    const load = (path: string): Promise<unknown> =>
      loadData({ kind: 'module', path }, { ...sizes, root: join(root, 'data') });
    await expect(load('../a.mjs')).rejects.toThrow(
      '`dataset.path` must lie inside the data folder. Received: "../a.mjs".',
    );
    await expect(load('/etc/passwd')).rejects.toThrow('must lie inside the data folder');
    await expect(load('link.mjs')).rejects.toThrow('must lie inside the data folder, links included');
    await expect(load('none.mjs')).rejects.toThrow('must exist in the data folder');
    const arrays = {
      kind: 'arrays',
      path: '.',
      images: '../a.npy',
      labels: 'b',
      testImages: 'c',
      testLabels: 'd',
    } as const;
    await expect(loadData(arrays, { ...sizes, root })).rejects.toThrow('must name files of its folder');
  });

  test('a module must give whole data', async () => {
    await writeFile(join(root, 'none.mjs'), 'export default 3;');
    await writeFile(join(root, 'odd.mjs'), moduleOf(1).replace('length: 4', 'length: 5'));
    const load = (path: string): Promise<unknown> => loadData({ kind: 'module', path }, { ...sizes, root });
    await expect(load('none.mjs')).rejects.toThrow('must be a module with a default export');
    await expect(load('odd.mjs')).rejects.toThrow('must be a module whose default export gives');
    await expect(load('a.mjs')).resolves.toMatchObject({ train: { length: 4 }, test: { length: 4 } });
  });

  test.each([
    [{ kind: 'imageFolder' }, '`plan.dataset.path` must be a file or folder'],
    [{ kind: 'imageFolder', path: 'x', sise: [1, 1] }, "Did you mean 'size'?"],
    [{ kind: 'imageFolder', path: 'x', size: [1] }, '`plan.dataset.size` must be [height, width]'],
    [{ kind: 'imagefolder', path: 'x' }, "Did you mean 'imageFolder'?"],
    ['mnst', "Did you mean 'mnist'?"],
    [{ kind: 'mnist', path: 'x' }, '`plan.dataset` must have no other keys than kind'],
  ])('%j is refused', (dataset, message) => {
    expect(() => expandPlan({ dataset } as unknown as SweepPlan)).toThrow(message);
  });
});

test.each([
  [{ optimizer: 'adma' }, "Did you mean 'adam'?"],
  [{ optimizer: { name: 'sgd', momentom: 0.9 } }, "Did you mean 'momentum'?"],
  [{ optimizer: { name: 'sgd', momentum: -1 } }, '`plan.optimizer.momentum` must be a finite number of at least 0'],
  [{ revival: 'recycled' }, "Did you mean 'recycle'?"],
  [{ stopWhen: { deadFraction: 2 } }, '`plan.stopWhen.deadFraction`'],
  [{ stopWhen: { dead: 1 } }, 'must be one of deadFraction, loss'],
])('%j is refused', (plan, message) => {
  expect(() => expandPlan(plan as unknown as SweepPlan)).toThrow(message);
});

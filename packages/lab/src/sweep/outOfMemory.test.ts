import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { localExecutor, type SweepPlan, type SweepResult, sweep } from '../index';

let root = '';
const dataModule = (side: number, length: number): string => `export default () => ({
  name: 'grey', length: ${length}, shape: [${side}, ${side}, 1], images: new Uint8Array(${length * side * side}).fill(9),
  labels: Uint8Array.from({ length: ${length} }, (_, i) => i % 2), classes: 2, classNames: ['a', 'b'] });`;
/** Takes what seed 1 asks for: more memory than a thread is given. */
const greedy = `export default async ({ plan }) => {
  const [seed] = plan.seeds;
  const kept = [];
  while (seed === 1) kept.push(Array.from({ length: 1e5 }, (_, i) => ({ i })));
  return { activation: 'relu', params: {}, normalization: 'none', seed, testAccuracy: 1, trainLoss: 0, seconds: 0, layers: [], epochs: [] };
};`;
/** Tells how many runs its thread has begun; seed 1 ends in a trap of WASM. */
const trapped = `let begun = 0;
const trap = () => new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.of(
  0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 116, 0, 0, 10, 5, 1, 3, 0, 0, 11))).exports.t();
export default async ({ plan }) => {
  const [seed] = plan.seeds;
  begun++;
  if (seed === 1) trap();
  return { activation: 'relu', params: {}, normalization: 'none', seed, testAccuracy: begun, trainLoss: 0, seconds: 0, layers: [], epochs: [] };
};`;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'relumine-memory-'));
  // One image of this size makes 4 GB of the first convolution's outputs: all that WASM can address.
  await writeFile(join(root, 'huge.mjs'), dataModule(8192, 1));
  await writeFile(join(root, 'small.mjs'), dataModule(16, 8));
  await writeFile(join(root, 'greedy.mjs'), greedy);
  await writeFile(join(root, 'trapped.mjs'), trapped);
});
afterAll(() => rm(root, { recursive: true }));

const small = { kind: 'module', path: 'small.mjs' } as const;
const plan: SweepPlan = {
  model: 'resNet',
  ...{ trainSize: 8, testSize: 8, probeSize: 1, epochs: 1, batchSize: 4 },
  grid: { dataset: [{ kind: 'module', path: 'huge.mjs' }, small] },
};
const timeless = ({ runs }: SweepResult): unknown =>
  JSON.parse(JSON.stringify(runs), (key, value: unknown) => (key === 'seconds' ? 0 : value));

test('a run that the WASM heap has no room for is recorded with its cause, and the next one is right', async () => {
  const result = await sweep(plan, { root, executor: localExecutor({ root, workers: 1, attempts: 2 }) });
  expect(result.failed.map(({ settings, error }) => [settings.dataset, error])).toEqual([
    [{ kind: 'module', path: 'huge.mjs' }, expect.stringContaining('the WASM heap has no room for another')],
  ]);
  const { grid: _, ...rest } = plan;
  const alone = await sweep({ ...rest, dataset: small }, { root, executor: localExecutor({ root, workers: 1 }) });
  expect(alone.runs).toHaveLength(1);
  expect(timeless(result)).toEqual(timeless(alone));
}, 120_000);

test('a thread that runs out of its JavaScript heap takes only its run along', async () => {
  const trainer = pathToFileURL(join(root, 'greedy.mjs')).href;
  const executor = localExecutor({ root, workers: 1, attempts: 2, trainer, memory: 40 });
  const { runs, failed } = await sweep(
    { dataset: small, testSize: 8, probeSize: 8, grid: { seed: [1, 2, 3] } },
    { root, executor },
  );
  expect(failed.map(({ settings, error }) => [settings.seed, error])).toEqual([
    [1, expect.stringMatching(/reaching memory limit: JS heap out of memory/)],
  ]);
  expect(runs.map(({ seed }) => seed)).toEqual([2, 3]);
}, 60_000);

test('a thread in which WASM trapped is not used again', async () => {
  const trainer = pathToFileURL(join(root, 'trapped.mjs')).href;
  const executor = localExecutor({ root, workers: 1, attempts: 1, trainer });
  const { runs, failed } = await sweep(
    { dataset: small, testSize: 8, probeSize: 8, grid: { seed: [4, 5, 1, 2, 3] } },
    { root, executor },
  );
  expect(failed.map(({ settings, error }) => [settings.seed, error])).toEqual([[1, 'unreachable']]);
  expect(runs.map(({ seed, testAccuracy }) => [seed, testAccuracy])).toEqual([
    [4, 1],
    [5, 2],
    [2, 1],
    [3, 2],
  ]);
});

test('threads that end before they begin fail their runs, and nothing waits for them', async () => {
  const executor = localExecutor({ root, workers: 2, attempts: 1, memory: 1 });
  const { failed } = await sweep(
    { dataset: small, testSize: 8, probeSize: 8, grid: { seed: [1, 2, 3] } },
    { root, executor },
  );
  expect(failed.map(({ error }) => error)).toEqual(
    Array.from({ length: 3 }, () =>
      expect.stringMatching(/^\[relumine\/lab\/RunPool\] No thread could be started: .+/),
    ),
  );
}, 30_000);

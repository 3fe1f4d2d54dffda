import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { Queue } from 'bullmq';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { localExecutor, type SweepPlan, type SweepResult, sweep } from '../index';
import { type QueueExecutorOptions, type QueueWorkerOptions, queueExecutor, startQueueWorker } from '../queue';
import { type RedisServer, startRedis } from './redisServer.testing';
import { startWorkerProcess, type WorkerProcess } from './workerProcess.testing';

/** Takes no time, but for seeds that are told to wait for the file `go`, to throw, or to end their thread. */
const trainerSource = `
import { appendFileSync, existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
export default async ({ plan }, { root }) => {
  const [seed] = plan.seeds;
  appendFileSync(root + '/done.txt', seed + '\\n');
  if (seed === 666) throw new Error('poisoned');
  if (seed === 667) process.exit(3);
  if (seed >= 2000) while (!existsSync(root + '/go')) await sleep(20);
  else if (seed >= 1000) await sleep(seed - 1000);
  return { activation: 'relu', params: {}, normalization: 'none', seed, testAccuracy: seed / 1e6, trainLoss: 'NaN', seconds: 0, layers: [], epochs: [] };
};`;

let folder = '';
let trainer = '';
let redis: RedisServer;
let queues = 0;
let queue = '';
const processes: WorkerProcess[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relumine-queue-'));
  await writeFile(join(folder, 'trainer.mjs'), trainerSource);
  await writeFile(join(folder, 'data.mjs'), dataModule(1));
  trainer = pathToFileURL(join(folder, 'trainer.mjs')).href;
  redis = await startRedis();
});
afterAll(async () => {
  await redis.remove();
  await rm(folder, { recursive: true });
});
afterEach(async () => {
  await Promise.all(processes.splice(0).map((one) => one.end('SIGKILL')));
});

const executor = (more: Partial<QueueExecutorOptions> = {}): ReturnType<typeof queueExecutor> =>
  queueExecutor({ redisUrl: redis.url, queue, checkEvery: 1, ...more });
const workerOptions = (more: Partial<QueueWorkerOptions> = {}): QueueWorkerOptions => ({
  redisUrl: redis.url,
  queue,
  trainer,
  root: folder,
  workers: 1,
  lockFor: 1,
  ...more,
});
async function workerProcess(more: Partial<QueueWorkerOptions> = {}): Promise<WorkerProcess> {
  const started = await startWorkerProcess(workerOptions(more));
  processes.push(started);
  return started;
}
/** Each test has a queue of its own, and nothing from the ones before. */
async function fresh(): Promise<void> {
  queue = `test-${++queues}`;
  await rm(join(folder, 'go'), { force: true });
  await writeFile(join(folder, 'done.txt'), '');
}
const planOf = (seeds: number[]): SweepPlan => ({
  dataset: { kind: 'module', path: 'data.mjs' },
  ...{ trainSize: 4, testSize: 4, probeSize: 4, epochs: 1, batchSize: 2 },
  grid: { seed: seeds },
});
const go = (): Promise<void> => writeFile(join(folder, 'go'), '');
const seedsOf = ({ runs }: SweepResult): number[] => runs.map(({ seed }) => seed);
const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

async function leftInRedis(): Promise<number> {
  const { hostname: host, port } = new URL(redis.url);
  const one = new Queue(queue, { connection: { host, port: Number(port) } });
  const counts = await one.getJobCounts();
  await one.close();
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

describe('a sweep over the queue', () => {
  test('every run has one result, poisoned ones with their cause, and nothing stays in Redis', async () => {
    await fresh();
    const worker = await startQueueWorker(workerOptions({ workers: 2 }));
    const told: string[] = [];
    const seeds = [...upTo(40), 666, 667];
    const result = await sweep(planOf(seeds), {
      executor: executor({ ahead: 7 }),
      root: folder,
      onResult: ({ key }) => told.push(key),
    });
    expect(seedsOf(result)).toEqual(upTo(40));
    expect(new Set(told).size).toBe(42);
    expect(told).toHaveLength(42);
    const failures = new Map(result.failed.map(({ settings, error }) => [settings.seed, error]));
    expect(failures.get(666)).toBe('poisoned');
    expect(failures.get(667)).toMatch(/exit|terminated/i);
    // Twice each, the others once.
    const done = (await readFile(join(folder, 'done.txt'), 'utf8')).trimEnd().split('\n');
    expect(done.filter((seed) => seed === '666' || seed === '667')).toHaveLength(4);
    expect(done).toHaveLength(44);
    await worker.close();
    expect(await leftInRedis()).toBe(0);
  });

  test('a worker that is killed in the middle of a run loses nothing: another does it', async () => {
    await fresh();
    const doomed = await workerProcess();
    const running = sweep(planOf([2000]), { executor: executor(), root: folder });
    await doomed.until(({ type }) => type === 'start');
    const other = await workerProcess();
    // Longer than the lock lasts: it is the worker's main thread that keeps it.
    await sleep(2000);
    expect(other.events.map(({ type }) => type)).toEqual(['ready']);
    await doomed.end('SIGKILL');
    await other.until(({ type }) => type === 'start');
    await go();
    expect(seedsOf(await running)).toEqual([2000]);
    expect(await readFile(join(folder, 'done.txt'), 'utf8')).toBe('2000\n2000\n');
  });

  test('a worker that is told to end finishes its run first', async () => {
    await fresh();
    const worker = await workerProcess();
    const running = sweep(planOf([2000]), { executor: executor(), root: folder });
    await worker.until(({ type }) => type === 'start');
    setTimeout(go, 300);
    await worker.end('SIGTERM');
    expect(worker.events.map(({ type }) => type)).toEqual(['ready', 'start', 'done']);
    expect(seedsOf(await running)).toEqual([2000]);
  });

  test('Redis killed and started again in the middle loses nothing', async () => {
    await fresh();
    const worker = await workerProcess({ workers: 2 });
    const seeds = [...upTo(10), ...upTo(20).map((i) => 1050 + i)];
    let restart: Promise<void> | undefined;
    const restarted = async (): Promise<void> => {
      await redis.kill();
      await sleep(700);
      await redis.start();
    };
    const told: string[] = [];
    const result = await sweep(planOf(seeds), {
      executor: executor(),
      root: folder,
      onResult: ({ key }, done) => {
        told.push(key);
        if (done === 12) restart = restarted();
      },
    });
    await restart;
    expect(seedsOf(result)).toEqual(seeds);
    expect([told.length, new Set(told).size, result.failed]).toEqual([30, 30, []]);
    await worker.end('SIGTERM');
  });

  test('what ended while no coordinator was there is taken up by the next', async () => {
    await fresh();
    const control = new AbortController();
    const worker = await workerProcess();
    const first = sweep(planOf([2500, 1, 2]), { executor: executor(), root: folder, signal: control.signal });
    await worker.until(({ type }) => type === 'start');
    control.abort(new Error('enough'));
    await expect(first).rejects.toThrow('enough');
    expect(await leftInRedis()).toBe(1);
    await go();
    await worker.until(({ type }) => type === 'done');
    await worker.end('SIGTERM');
    // No worker is there any more: the result must come from Redis. The others had been taken out of the queue.
    const result = await sweep(planOf([2500]), { executor: executor(), root: folder });
    expect(seedsOf(result)).toEqual([2500]);
    expect(await leftInRedis()).toBe(0);
  });

  test('a worker with other images gives the run back and says so', async () => {
    await fresh();
    const elsewhere = join(folder, 'elsewhere');
    await mkdir(elsewhere);
    await writeFile(join(elsewhere, 'data.mjs'), dataModule(2));
    const { trainer: _, ...own } = workerOptions();
    const unfit = await startQueueWorker({ ...own, root: elsewhere });
    const running = sweep(planOf([1]), { executor: executor(), root: folder });
    await expect(unfit.ended).rejects.toThrow('The images here are not those of the sweep');
    const fit = await startQueueWorker(own);
    expect((await running).runs).toHaveLength(1);
    await fit.close();
  });

  test('a worker whose threads can not start gives its runs back and says so', async () => {
    await fresh();
    const running = sweep(planOf([1, 2, 3]), { executor: executor(), root: folder });
    const poor = await startQueueWorker(workerOptions({ memory: 1 }));
    await expect(poor.ended).rejects.toThrow('No thread could be started');
    const fit = await startQueueWorker(workerOptions());
    expect(seedsOf(await running)).toEqual([1, 2, 3]);
    await fit.close();
  });
});

const dataModule = (shade: number): string => `export default () => ({
  name: 'tiny', length: 4, shape: [8, 8, 1], images: new Uint8Array(256).fill(${shade}), labels: Uint8Array.from([0, 1, 0, 1]),
  classes: 2, classNames: ['a', 'b'] });`;

test('24 runs on MNIST over two workers, one of them killed, are those of this machine, run by run', async () => {
  await fresh();
  const plan: SweepPlan = {
    ...{ trainSize: 64, testSize: 40, probeSize: 20, epochs: 1, batchSize: 32, learningRate: 0.01 },
    grid: { normalization: ['none', 'batch'], activation: ['relu', 'leakyRelu', 'elu'], seed: [1, 2, 3, 4] },
  };
  const timeless = ({ runs }: SweepResult): unknown =>
    JSON.parse(JSON.stringify(runs), (key, value: unknown) => (key === 'seconds' ? 0 : value));
  const local = await sweep(plan, { executor: localExecutor({ workers: 2 }) });
  const { trainer: _, ...own } = workerOptions();
  const start = async (): Promise<WorkerProcess> => {
    const started = await startWorkerProcess(own);
    processes.push(started);
    return started;
  };
  const [doomed, other] = await Promise.all([start(), start()]);
  let killed: Promise<void> | undefined;
  void doomed
    .until(({ type }) => type === 'done')
    .then(async () => {
      await doomed.until(({ type }) => type === 'start' && doomed.events.at(-1)?.type === 'start');
      killed = doomed.end('SIGKILL');
    });
  const queued = await sweep(plan, { executor: executor() });
  await killed;
  expect(killed).toBeDefined();
  expect(local.runs).toHaveLength(24);
  expect(timeless(queued)).toEqual(timeless(local));
  expect(queued.failed).toEqual([]);
  const dones = [doomed, other].map(({ events }) => events.filter(({ type }) => type === 'done').length);
  expect(dones[0]).toBeGreaterThan(0);
  // SIGKILL may fall between a result's landing and its line, so that the last line of the dead worker is missing or doubled.
  expect(Math.abs(dones[0]! + dones[1]! - 24)).toBeLessThanOrEqual(1);
  await other.end('SIGTERM');
}, 120_000);

test('a Redis that is gone for too long ends the sweep', async () => {
  await fresh();
  const own = await startRedis();
  const worker = await startQueueWorker(workerOptions({ redisUrl: own.url }));
  const running = sweep(planOf([2000]), {
    executor: queueExecutor({ redisUrl: own.url, queue, reconnectFor: 1 }),
    root: folder,
    onProgress: () => void own.kill(),
  });
  await expect(running).rejects.toThrow('has been gone for 1 s. What is in the journal is kept');
  await go();
  await worker.close(true);
  await own.remove();
});

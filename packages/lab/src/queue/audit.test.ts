import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom } from '@relumine/core';
import { simpleCnn } from '@relumine/models';
import { startWasm } from '@relumine/wasm-backend';
import { io, tensor1d } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { auditBatches, type Images, mergedReport, readImages } from '../audit';
import { auditOverQueue, type QueueAuditOptions, startQueueWorker } from '../queue';
import { connect } from './connection';
import { type RedisServer, startRedis } from './redisServer.testing';
import { startWorkerProcess, type WorkerProcess } from './workerProcess.testing';

let folder = '';
let redis: RedisServer;
let model: LayersModel;
let artifacts: io.ModelArtifacts;
let images: Images;
let queue = '';
let queues = 0;
const processes: WorkerProcess[] = [];
const batchSize = 7;

/** Grey noise in a .npy file of 60 images. */
function npy(seed: number): Uint8Array {
  const random = createRandom(seed);
  const about = "{'descr': '|u1', 'fortran_order': False, 'shape': (60, 12, 12), }";
  const values = Uint8Array.from({ length: 60 * 144 }, () => random.integer(256));
  return Buffer.concat([
    Buffer.from('\u0093NUMPY\u0001\u0000v\u0000', 'latin1'),
    Buffer.from(`${about.padEnd(117)}\n`),
    values,
  ]);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relumine-audit-'));
  await mkdir(join(folder, 'other'));
  await writeFile(join(folder, 'x.npy'), npy(1));
  await writeFile(join(folder, 'other/x.npy'), npy(2));
  redis = await startRedis();
  await startWasm({ threads: 1 });
  model = simpleCnn({ seed: 1, activation: ['prelu', 'relu'], width: 4, inputShape: [12, 12, 1] });
  const bias = tensor1d([-1e6, -1e6, 0, 0]);
  model.setWeights(
    model.getWeights().map((weight, i) => (model.weights[i]!.name.startsWith('conv1/bias') ? bias : weight)),
  );
  await model.save(
    io.withSaveHandler(async (saved) => {
      artifacts = saved;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  images = await readImages('test', join(folder, 'x.npy'), { limit: 60 });
});
beforeEach(() => {
  queue = `audit-${++queues}`;
});
afterEach(() => Promise.all(processes.splice(0).map((one) => one.end('SIGKILL'))));
afterAll(async () => {
  model.dispose();
  await redis.remove();
  await rm(folder, { recursive: true });
});

const audit = (more: Partial<QueueAuditOptions> = {}): ReturnType<typeof auditOverQueue> =>
  auditOverQueue({
    ...{ redisUrl: redis.url, queue, checkEvery: 1, model: artifacts, data: 'x.npy', limit: 60, images, batchSize },
    ...{ shards: 4, ...more },
  });
const onePass = async (): Promise<unknown> => mergedReport(await auditBatches(model, images, batchSize), images.values);
const own = () => ({ redisUrl: redis.url, queue, root: folder, workers: 1, lockFor: 1 });

async function keysInRedis(pattern: string): Promise<string[]> {
  const client = await connect('test', { redisUrl: redis.url });
  const keys = await client.keys(pattern);
  client.disconnect();
  return keys;
}

test('shards that workers audit merge to the report of one pass, to the last bit; nothing stays in Redis', async () => {
  const worker = await startQueueWorker({ ...own(), workers: 2 });
  const told: number[] = [];
  const report = await audit({ onShard: (done, shards) => told.push(done / shards) });
  // As text: every digit of every sum.
  expect(JSON.stringify(report)).toBe(JSON.stringify(await onePass()));
  expect(report.samples).toBe(60);
  expect(told).toEqual([0.25, 0.5, 0.75, 1]);
  await worker.close();
  expect(await keysInRedis('relumine:model:*')).toEqual([]);
  expect(await keysInRedis(`bull:${queue}:run-*`)).toEqual([]);
});

test('the shard of a worker that is killed in the middle of it is done by another', async () => {
  const doomed = await startWorkerProcess(own());
  processes.push(doomed);
  const running = audit({ shards: 2 });
  await doomed.until(({ type }) => type === 'start');
  await doomed.end('SIGKILL');
  expect(doomed.events.map(({ type }) => type)).toEqual(['ready', 'start']);
  const other = await startWorkerProcess(own());
  processes.push(other);
  expect(JSON.stringify(await running)).toBe(JSON.stringify(await onePass()));
  expect(other.events.filter(({ type }) => type === 'done')).toHaveLength(2);
  const started = other.events.find(({ type }) => type === 'start');
  expect(started).toMatchObject({ label: expect.stringMatching(/^audit of x\.npy, images \d+ to \d+$/) });
});

test('a worker with other images, or none, gives the shard back and says so', async () => {
  const running = audit();
  const other = await startQueueWorker({ ...own(), root: join(folder, 'other') });
  await expect(other.ended).rejects.toThrow('The images here are not those of the audit');
  const none = await startQueueWorker({ ...own(), root: tmpdir() });
  await expect(none.ended).rejects.toThrow('`data` must exist in the data folder');
  const fit = await startQueueWorker(own());
  expect((await running).samples).toBe(60);
  await fit.close();
});

test('a shard that fails in every attempt ends the audit with its cause; an abort ends it, and takes the model along', async () => {
  const worker = await startQueueWorker(own());
  const broken = { ...artifacts, modelTopology: { class_name: 'Nothing' } };
  await expect(audit({ model: broken })).rejects.toThrow('[relumine/lab/auditOverQueue] A shard failed: ');
  await worker.close();
  const control = new AbortController();
  const running = audit({ signal: control.signal });
  setTimeout(() => control.abort(new Error('enough')), 100);
  await expect(running).rejects.toThrow('enough');
  expect(await keysInRedis('relumine:model:*')).toEqual([]);
  await expect(audit({ shards: 0 })).rejects.toThrow('`options.shards`');
});

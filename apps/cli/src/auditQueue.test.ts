import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { simpleCnn } from '@relumine/models';
import { startWasm } from '@relumine/wasm-backend';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { relumine } from './relumine.testing';
import { saveModelFolder } from './saveModel';

let folder = '';
let redis = '';
const children: ChildProcess[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relumine-cli-queue-'));
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  const address = ['--port', String(port), '--bind', '127.0.0.1'];
  children.push(spawn('redis-server', [...address, '--dir', folder, '--save', ''], { stdio: 'ignore' }));
  redis = `redis://127.0.0.1:${port}`;
  await startWasm({ threads: 1 });
  const model = simpleCnn({ seed: 1, width: 4 });
  await saveModelFolder(model, join(folder, 'net'));
  model.dispose();
});
afterAll(async () => {
  for (const child of children) {
    const gone = once(child, 'exit');
    if (child.kill('SIGKILL')) await gone;
  }
  await rm(folder, { recursive: true });
});

test('an audit by relumine worker processes is that of one pass, to the last bit', async () => {
  const cli = new URL('../dist/cli.js', import.meta.url).pathname;
  const start = ['worker', '--redis', redis, '--workers', '1', '--data-root', folder];
  const worker = spawn(process.execPath, [cli, ...start], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(worker);
  let told = '';
  worker.stdout.on('data', (chunk: Buffer) => {
    told += chunk.toString();
  });
  const [queued, whole] = ['queued.json', 'whole.json'].map((name) => join(folder, name));
  const args = ['audit', join(folder, 'net/model.json'), '--limit', '50', '--batch-size', '7'];
  const over = await relumine(...args, '--json', queued!, '--redis', redis, '--shards', '3');
  expect([over.code, over.err]).toEqual([0, '']);
  expect((await relumine(...args, '--json', whole!)).code).toBe(0);
  expect(await readFile(queued!, 'utf8')).toBe(await readFile(whole!, 'utf8'));
  expect(told.match(/^audit of mnist, images \d+ to \d+: done in [\d.]+ s$/gm)).toHaveLength(3);
  worker.kill('SIGTERM');
  expect(await once(worker, 'exit')).toEqual([0, null]);
}, 60_000);

test('data that workers can not have, and a Redis that does not answer, are refused', async () => {
  const file = join(folder, 'net/model.json');
  const pictures = join(folder, 'images-idx3-ubyte');
  const header = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 28, 0, 0, 0, 28];
  await writeFile(pictures, Uint8Array.from([...header, ...Array.from({ length: 2 * 784 }, (_, i) => i % 251)]));
  const outside = await relumine('audit', file, '--redis', redis, '--data', pictures);
  expect([outside.code, outside.out]).toEqual([1, '']);
  expect(outside.err).toContain('`--data` must lie inside the data folder, which workers have too. Received: ');
  const elsewhere = await relumine('audit', file, '--limit', '5', '--redis', 'redis:nowhere');
  expect([elsewhere.code, elsewhere.out]).toEqual([1, '']);
  expect(elsewhere.err).toContain('`redisUrl` must be an address such as redis://127.0.0.1:6379');
});

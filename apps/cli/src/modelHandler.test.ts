import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { simpleCnn } from '@relumine/models';
import { startWasm } from '@relumine/wasm-backend';
import { io, tensor1d } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { relumine } from './relumine.testing';
import { saveModelFolder } from './saveModel';
import { serveFolder } from './serveFolder.testing';

let folder = '';
let server: Awaited<ReturnType<typeof serveFolder>>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relumine-address-'));
  server = await serveFolder(folder);
  await startWasm({ threads: 1 });
  const model = simpleCnn({ seed: 1, activation: 'relu', width: 8 });
  // Five channels of the first convolution can't fire.
  const bias = tensor1d(Array.from({ length: 8 }, (_, channel) => (channel < 5 ? -1e6 : 0)));
  model.setWeights(model.getWeights().map((weight, i) => (i === 1 ? bias : weight)));
  await saveModelFolder(model, join(folder, 'net'));
  model.dispose();
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

test('file:// and http:// are read as the path is, by every command that takes a model', async () => {
  const path = join(folder, 'net/model.json');
  const addresses = [path, pathToFileURL(path).href, `${server.url}/net/model.json`];
  const reports = await Promise.all(
    addresses.map(async (address, i) => {
      const json = join(folder, `report-${i}.json`);
      const { code, err } = await relumine('audit', address, '--limit', '6', '--json', json);
      expect([code, err]).toEqual([0, '']);
      return readFile(json, 'utf8');
    }),
  );
  expect(JSON.parse(reports[0]!)).toMatchObject({
    samples: 6,
    layers: [{ source: 'conv1', deadChannels: [0, 1, 2, 3, 4] }, {}],
  });
  expect(reports[1]).toBe(reports[0]);
  expect(reports[2]).toBe(reports[0]);
  const sharded = join(folder, 'sharded.json');
  await relumine('audit', addresses[2]!, '--limit', '6', '--batch-size', '3', '--shards', '2', '--json', sharded);
  const whole = join(folder, 'whole.json');
  await relumine('audit', path, '--limit', '6', '--batch-size', '3', '--json', whole);
  expect(await readFile(sharded, 'utf8')).toBe(await readFile(whole, 'utf8'));

  expect(await relumine('norms', addresses[2]!)).toMatchObject({ code: 0, err: '' });
  for (const address of addresses.slice(1)) {
    const quantize = await relumine('quantize', address, '--limit', '6');
    expect(quantize).toEqual(await relumine('quantize', path, '--limit', '6'));
    expect(quantize.code).toBe(0);
    const [pruned, revived] = ['pruned', 'revived'].map((name) => join(folder, `${name}-${address.slice(0, 4)}`));
    expect(await relumine('prune', address, '--limit', '6', '--out', pruned!)).toMatchObject({ code: 0, err: '' });
    expect(await relumine('revive', address, '--limit', '6', '--out', revived!)).toMatchObject({ code: 0, err: '' });
  }
}, 60_000);

test('a handler that a program has registered is asked too', async () => {
  const router = (url: string | string[]): io.IOHandler =>
    url === 'vault://net' ? (io.getLoadHandlers(`${server.url}/net/model.json`)[0] as io.IOHandler) : (null as never);
  io.registerLoadRouter(router);
  expect(await relumine('audit', 'vault://net', '--limit', '6')).toMatchObject({ code: 0, err: '' });
});

test('an address with no model behind it is an error with its cause', async () => {
  await writeFile(join(folder, 'page.json'), '<html>');
  await writeFile(join(folder, 'other.json'), '{"a":1}');
  const free = await serveFolder(folder);
  await free.close();
  const refused: [string, string][] = [
    [`${server.url}/none.json`, '`model` must be the address of a model.json that can be read (Request to'],
    [`${server.url}/page.json`, 'must be the address of a model.json that can be read'],
    [`${server.url}/other.json`, 'must be the address of a model.json that can be read'],
    [`${free.url}/model.json`, 'can be read (fetch failed: connect ECONNREFUSED 127.0.0.1'],
    ['gs://bucket/model.json', 'an address that begins with file://, http:// or https:// (nothing here reads gs://)'],
    ['file://elsewhere/model.json', 'must be the address of a file of this machine'],
    [pathToFileURL(join(folder, 'none.json')).href, '`model` must be a model.json that can be read'],
  ];
  for (const [address, message] of refused) {
    const { code, out, err } = await relumine('audit', address);
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain(message);
    expect(err).not.toMatch(/^ +at /m);
  }
});

import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { simpleCnn } from '@relumine/models';
import { startWasm } from '@relumine/wasm-backend';
import { io } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from './index';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relumine-refusals-'));
  await startWasm({ threads: 1 });
  const model = simpleCnn({ seed: 1 });
  await model.save(
    io.withSaveHandler(async ({ modelTopology, weightSpecs, weightData }) => {
      const weightsManifest = [{ paths: ['weights.bin'], weights: weightSpecs }];
      const text = JSON.stringify({ modelTopology, weightsManifest });
      await writeFile(join(folder, 'weights.bin'), new Uint8Array(weightData as ArrayBuffer));
      await writeFile(join(folder, 'model.json'), text);
      await writeFile(join(folder, 'own.json'), text.replace('"MaxPooling2D"', '"MyPooling"'));
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  model.dispose();
});
afterAll(() => rm(folder, { recursive: true }));

/** The exit code, and what was written to the error stream. */
async function refused(...args: string[]): Promise<[code: number, err: string]> {
  let err = '';
  const stream = { write: (text: string) => (err += text), isTTY: false };
  return [await run(args, { stdout: { write: () => true, isTTY: false }, stderr: stream }), err];
}

test('what the system refuses is told in one line, and nothing is left', async () => {
  const before = await readdir(folder);
  const long = join(folder, 'a'.repeat(250));
  const [code, err] = await refused('audit', join(folder, 'model.json'), '--limit', '2', '--json', long);
  expect(code).toBe(1);
  expect(err).toMatch(/^\[relumine\/cli\] ENAMETOOLONG: .*\n$/);
  expect(await readdir(folder)).toEqual(before);
});

test('a layer of somebody’s own is named', async () => {
  const [code, err] = await refused('audit', join(folder, 'own.json'), '--limit', '2');
  expect(code).toBe(1);
  expect(err).toContain(
    "`model` must be a tf.LayersModel that loads (its layer class MyPooling is neither tfjs's nor Relumine's; audit it from a program that registers the class). Received: ",
  );
});

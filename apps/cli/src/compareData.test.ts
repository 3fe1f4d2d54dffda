import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { simpleCnn } from '@relumine/models';
import { startWasm } from '@relumine/wasm-backend';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from './index';
import { saveModelFolder } from './saveModel';

let folder = '';
/** One grey pixel. */
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** A .npy file of bytes. */
function npy(shape: number[], bytes: Uint8Array): Uint8Array {
  const about = `{'descr': '|u1', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`;
  const header = `${about.padEnd(118 - 1)}\n`;
  return Buffer.concat([
    Buffer.from([0x93]),
    Buffer.from('NUMPY\u0001\u0000v\u0000', 'latin1'),
    Buffer.from(header),
    bytes,
  ]);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relumine-compare-'));
  for (const name of ['day', 'night']) {
    await mkdir(join(folder, 'photos', name), { recursive: true });
    await mkdir(join(folder, 'empty', name), { recursive: true });
    for (let i = 0; i < 5; i++) await writeFile(join(folder, 'photos', name, `${i}.png`), png);
  }
  await writeFile(join(folder, 'photos/day/broken.png'), png.subarray(0, 40));
  const images = Uint8Array.from({ length: 6 * 64 }, (_, i) => (i * 37) % 256);
  await writeFile(join(folder, 'x.npy'), npy([6, 8, 8], images));
  await writeFile(join(folder, 'y.npy'), npy([6], Uint8Array.of(0, 1, 2, 0, 1, 2)));
  await writeFile(
    join(folder, 'data.mjs'),
    `export default () => ({ name: 'tiny', length: 8, shape: [8, 8, 1], images: new Uint8Array(512).fill(7), labels: Uint8Array.from([0, 1, 0, 1, 0, 1, 0, 1]), classes: 2, classNames: ['a', 'b'] });`,
  );
});
afterAll(() => rm(folder, { recursive: true }));

async function compare(data: string, ...more: string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const sizes = [
    '--activations',
    'relu',
    '--epochs',
    '1',
    '--test-size',
    '6',
    '--probe-size',
    '1',
    '--batch-size',
    '4',
  ];
  const code = await run(['compare', '--data', data, '--data-root', folder, ...sizes, ...more], {
    stdout: { write: (text) => (out += text), isTTY: false },
    stderr: { write: (text) => (err += text), isTTY: false },
  });
  return { code, out, err };
}

test('a folder of pictures, arrays and a module are compared on, by path or as a plan describes them', async () => {
  const photos = await compare('{ kind: imageFolder, path: photos, size: [8, 8], channels: 1, onCorrupt: skip }');
  expect(photos).toMatchObject({ code: 0, err: expect.stringMatching(/^Left out day\/broken\.png: .+\n$/) });
  expect(photos.out).toContain('images of photos');
  expect(photos.out).toContain('(8 × 8 × 1, 2 classes; 2 for the test)');
  const arrays = await compare(
    '{ kind: arrays, path: ., images: x.npy, labels: y.npy, testImages: x.npy, testLabels: y.npy }',
  );
  expect([arrays.code, arrays.err]).toEqual([0, '']);
  expect(arrays.out).toContain('(8 × 8 × 1, 3 classes; 6 for the test)');
  const module = await compare(join(folder, 'data.mjs'));
  expect([module.code, module.err]).toEqual([0, '']);
  expect(module.out).toContain('8 images of data.mjs (8 × 8 × 1, 2 classes; 6 for the test)');
  expect(module.out).toMatch(/relu, seed 1, epoch 1\/1: \d+ of 96 channels dead/);
});

test('data that is not there, is broken or lies elsewhere is refused by name', async () => {
  const refused: [string, string][] = [
    ['mnst', "`--data` must be 'mnist', a folder or module that exists"],
    [join(folder, 'x.npy'), '`--data` must be a folder or a module; files of arrays are named by { kind: arrays'],
    [join(folder, 'photos'), '`path` must hold whole images. Received: day/broken.png: '],
    [join(folder, 'empty'), '`path` must hold PNG or JPEG images for its train part'],
    ['{ kind: imageFolder, path: ../photos }', '`dataset.path` must lie inside the data folder'],
    [
      '{ kind: arrays, path: ., images: ../x.npy, labels: y, testImages: x, testLabels: y }',
      'must name files of its folder',
    ],
    ['{ kind: imageFolder, sise: 3, path: photos }', "Did you mean 'size'?"],
    ['{ kind: [', 'must be JSON or YAML where it begins with {'],
  ];
  for (const [data, message] of refused) {
    const { code, out, err } = await compare(data);
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain(message);
    expect(err).not.toMatch(/^ +at /m);
  }
});

test('a corrupt picture ends an audit, by its name, or is left out and named', async () => {
  await startWasm({ threads: 1 });
  const model = simpleCnn({ seed: 1, width: 2 });
  await saveModelFolder(model, join(folder, 'net'));
  model.dispose();
  const audit = async (...more: string[]): Promise<{ code: number; out: string; err: string }> => {
    let [out, err] = ['', ''];
    const data = ['--data', join(folder, 'photos'), ...more];
    const code = await run(['audit', join(folder, 'net/model.json'), ...data], {
      stdout: { write: (text) => (out += text), isTTY: false },
      stderr: { write: (text) => (err += text), isTTY: false },
    });
    return { code, out, err };
  };
  const ended = await audit();
  expect([ended.code, ended.out]).toEqual([1, '']);
  expect(ended.err).toContain('`path` must hold whole images. Received: day/broken.png: ');
  const skipped = await audit('--on-corrupt', 'skip');
  expect(skipped).toMatchObject({ code: 0, err: expect.stringMatching(/^Left out day\/broken\.png: .+\n$/) });
});

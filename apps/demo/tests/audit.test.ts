import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { registerActivationLayers } from '@relumine/activations/layers';
import { auditModel } from '@relumine/dead-neuron-metrics/layers';
import { readReport } from '@relumine/dead-neuron-metrics/schema';
import { startWasm } from '@relumine/wasm-backend';
import { io, tensor } from '@tensorflow/tfjs-core';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
import type { Page } from 'playwright';
import { expect, test } from 'vitest';
import { file, graphModel, idx, png, type TestFile } from './files';
import { foreign, isolating, visit } from './visit';

const example = resolve(import.meta.dirname, '../assets/example');
const modelJson = JSON.parse(readFileSync(join(example, 'model.json'), 'utf8'));
const weights = readFileSync(join(example, 'weights.bin'));
const pixels = gunzipSync(readFileSync(join(example, 'images.bin'))).subarray(16);
const model = (change: (json: typeof modelJson) => void = () => undefined): TestFile => {
  const copy = structuredClone(modelJson);
  change(copy);
  return file('model.json', copy);
};
const images = [file('digits.idx.gz', idx(pixels.subarray(0, 784 * 20), [20, 28, 28]))];
const host = { headers: isolating, query: '?page=audit&lang=en' };

const choose = (page: Page, files: TestFile[]): Promise<void> => page.getByTestId('files').setInputFiles(files);
const run = (page: Page): Promise<void> => page.getByRole('button', { name: 'Audit', exact: true }).click();

async function saved(page: Page, button: string): Promise<string> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: button }).click(),
  ]);
  return readFileSync(await download.path(), 'utf8');
}

test('a saved model and pictures: the page finds what the audit in Node finds, shows it, and saves it', async () => {
  await startWasm();
  registerActivationLayers();
  const loaded = await loadLayersModel(
    io.fromMemory({
      modelTopology: modelJson.modelTopology,
      weightSpecs: modelJson.weightsManifest[0].weights,
      weightData: new Uint8Array(weights).buffer,
    }),
  );
  const count = 40;
  const xs = tensor(
    Float32Array.from(pixels.subarray(0, count * 784), (byte) => byte / 255),
    [count, 28, 28, 1],
  );
  const expected = await auditModel(loaded, xs);
  xs.dispose();
  loaded.dispose();

  const folder = mkdtempSync(join(tmpdir(), 'relumine-demo-'));
  mkdirSync(join(folder, 'images'));
  for (let i = 0; i < count; i++)
    writeFileSync(join(folder, 'images', `${i}.png`), png(pixels.subarray(i * 784, (i + 1) * 784), 28, 28));
  writeFileSync(join(folder, 'model.json'), JSON.stringify(modelJson));
  writeFileSync(join(folder, 'weights.bin'), weights);
  try {
    await visit(host, async ({ page, complaints, requests }) => {
      await page.getByTestId('folder').setInputFiles(folder);
      await page.getByText('Also prove').click();
      await run(page);
      const verdict = page.getByTestId('verdict');
      await expect.poll(() => verdict.textContent(), { timeout: 90_000 }).toContain('Proved for every possible image');
      const report = readReport(await saved(page, 'Save as JSON'));
      expect(report.samples).toBe(count);
      expect(report.layers.map((l) => l.deadChannels)).toEqual(expected.layers.map((l) => l.deadChannels));
      expect(report.layers.map((l) => l.perChannel.firingRate)).toEqual(
        expected.layers.map((l) => l.perChannel.firingRate),
      );
      await expect
        .poll(() => verdict.textContent(), { timeout: 15_000 })
        .toContain(`${expected.summary.deadChannels} of 96 channels fired on none`);
      expect(await saved(page, 'Save as HTML')).toContain('<h2 id="proofs">Certificates</h2>');
      expect(JSON.parse(await saved(page, 'Save the certificate')).schema).toBe('relumine.certificate/1');
      const frame = page.frameLocator('[data-testid=report]');
      await frame.getByRole('heading', { name: 'Certificates' }).waitFor({ timeout: 15_000 });
      const colour = await frame.locator('body').evaluate((body) => getComputedStyle(body).fontFamily);
      expect(colour).toContain('system-ui');
      expect(foreign(requests)).toEqual([]);
      expect(complaints).toEqual([]);
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 150_000);

test('a GraphModel is audited, and the example, one after the other, also in Chinese and without isolation', async () => {
  const prepare = (page: Page) =>
    page.addInitScript("Object.defineProperty(Navigator.prototype, 'serviceWorker', { get: () => undefined })");
  await visit({ prepare, query: '?page=audit&lang=zh' }, async ({ page, complaints }) => {
    await choose(page, [...graphModel(28, [1, -1, 2]), ...images]);
    await page.getByRole('button', { name: '检查', exact: true }).click();
    const verdict = page.getByTestId('verdict');
    await expect.poll(() => verdict.textContent(), { timeout: 30_000 }).toContain('3 个通道中有 1 个');
    await page.getByTestId('example').click();
    await expect.poll(() => verdict.textContent(), { timeout: 30_000 }).toContain('96 个通道中有');
    expect(complaints).toEqual([]);
  });
});

const layer = (json: typeof modelJson, name: string): { config: Record<string, unknown> } =>
  json.modelTopology.config.layers.find((one: { config: { name: string } }) => one.config.name === name);

const hostile: [string, TestFile[], string][] = [
  ['weights alone', [file('weights.bin', weights)], 'no model.json'],
  ['a Keras file', [file('model.h5', weights)], 'tensorflowjs_converter'],
  ['no JSON', [file('model.json', '{"modelTopology": '), file('weights.bin', weights)], 'holds no JSON'],
  ['other JSON', [file('model.json', { hello: 1 })], 'describes no TensorFlow.js model'],
  ['brackets without end', [file('model.json', '['.repeat(2_000_000))], 'nests brackets'],
  ['a missing shard', [model()], 'Weight files are missing: weights.bin'],
  ['a shard cut off', [model(), file('weights.bin', weights.subarray(0, 1000))], '200,744'],
  [
    'a path out of the folder',
    [model((json) => (json.weightsManifest[0].paths = ['../../etc/passwd'])), file('weights.bin', weights)],
    'outside its own folder',
  ],
  [
    'weights from another host',
    [model((json) => (json.weightsManifest[0].paths = ['https://example.org/w.bin'])), file('weights.bin', weights)],
    'outside its own folder',
  ],
  [
    'a shape of negative size',
    [model((json) => (json.weightsManifest[0].weights[0].shape = [-1])), file('weights.bin', weights)],
    'broken at weights[0].shape',
  ],
  [
    'a shape of terabytes',
    [model((json) => (json.weightsManifest[0].weights[0].shape = [1e6, 1e6])), file('weights.bin', weights)],
    'the most that fits here',
  ],
  [
    'a layer of gigabytes that the files do not hold',
    [model((json) => (layer(json, 'conv2').config.filters = 50_000_000)), file('weights.bin', weights)],
    'wants more weights than the weight files hold',
  ],
  [
    'a layer that does not exist',
    [model((json) => (json.modelTopology.config.layers[1].class_name = '<img src=x>')), file('weights.bin', weights)],
    'The model does not load',
  ],
  ['an input of gigabytes', [...graphModel(100_000, [1])], 'One input of this model has 10,000,000,000 numbers'],
];

test('hostile and broken files: a sentence each, the page answers on, and the next audit works', async () => {
  await visit(host, async ({ page, requests, complaints }) => {
    for (const [name, files, sentence] of hostile) {
      await choose(page, [...files, ...images]);
      await run(page).catch(() => undefined);
      await expect
        .poll(() => page.getByRole('alert').textContent(), { message: name, timeout: 20_000 })
        .toContain(sentence);
      await page.getByRole('button', { name: 'Clear' }).click();
    }
    const pictures: [TestFile, string][] = [
      [file('a.png', png(new Uint8Array(784), 28, 28, [60_000, 60_000])), '60,000 × 60,000 pixels'],
      [file('b.jpg', weights), 'no image that this browser can read'],
      [file('c.png', png(new Uint8Array(784), 28, 28).subarray(0, 60)), 'no image that this browser can read'],
      [file('d.idx.gz', idx(new Uint8Array(280_000_000), [280, 1000, 1000])), 'no IDX file'],
      [file('e.idx.gz', idx(new Uint8Array(300), [3, 10, 10])), 'holds images of 10 × 10 × 1'],
    ];
    for (const [picture, sentence] of pictures) {
      await choose(page, [model(), file('weights.bin', weights), picture]);
      await run(page);
      await expect
        .poll(() => page.getByRole('alert').textContent(), { message: picture.name, timeout: 20_000 })
        .toContain(sentence);
      await page.getByRole('button', { name: 'Clear' }).click();
    }
    await choose(page, [model(), file('weights.bin', weights), ...images]);
    await run(page);
    await expect.poll(() => page.getByTestId('verdict').textContent(), { timeout: 30_000 }).toContain('on none of 20');
    expect(foreign(requests)).toEqual([]);
    expect(complaints).toEqual([]);
  });
}, 150_000);

test('a worker that can not start is said, and the page lives on', async () => {
  await visit({ ...host, missing: /audit\.worker.*\.js$/ }, async ({ page }) => {
    await page.getByTestId('example').click();
    await expect.poll(() => page.getByRole('alert').textContent(), { timeout: 15_000 }).toContain('worker crashed');
    await page.getByRole('button', { name: 'Clear' }).click();
    await expect.poll(() => page.getByRole('alert').count(), { timeout: 15_000 }).toBe(0);
  });
});

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DeadNeuronReport } from '@relumine/core';
import { simpleCnn } from '@relumine/models';
import { startWasm } from '@relumine/wasm-backend';
import { io, tensor1d } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from './index';
import { writeJson } from './jsonFile';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relumine-cli-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function relumine(args: string[], isTTY = false): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const code = await run(args, {
    stdout: { write: (text) => (out += text), isTTY },
    stderr: { write: (text) => (err += text), isTTY },
  });
  return { code, out, err };
}

describe('relumine', () => {
  test('says what it can do', async () => {
    const { code, out } = await relumine(['--help']);
    expect(code).toBe(0);
    expect(out).toContain('Usage: relumine');
    expect(out).toContain('compare [options]');
    const compare = await relumine(['compare', '--help']);
    for (const option of [
      'activations',
      'normalization',
      'epochs',
      'train-size',
      'batch-size',
      'learning-rate',
      'seeds',
      'json',
    ])
      expect(compare.out).toContain(`--${option} <`);
    expect(compare.out).toContain('$ relumine compare --activations');
    expect((await relumine(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test.each([
    [['compare', '--activations', 'relu,rlu'], '[relumine/cli/compare] `--activations` must be one of'],
    [['compare', '--learning-rate', '-1'], '`--learning-rate` must be a finite number above 0. Received: -1.'],
    [['compare', '--learning-rate', 'fast'], '`--learning-rate` must be a number. Received: "fast".'],
    [['compare', '--batch-size', '0'], '`--batch-size` must be an integer of at least 1. Received: 0.'],
    [['compare', '--epochs', ''], '`--epochs`'],
    [['compare', '--seeds', '1,,2'], '`--seeds`'],
    [['compare', '--train-size', '60001'], '`--train-size`'],
    [['compare', '--normalization', 'bach'], "Did you mean 'batch'?"],
    [['compare', '--json', '/no/such/folder/out.json'], '`--json` must be in a folder that exists'],
    [['compare', '--json', tmpdir()], '`--json` must be a file, not a folder'],
    [['compare', '--bogus'], '[relumine/cli] Unknown option'],
    [['compare', 'digits'], '[relumine/cli] Too many arguments'],
    [['comprae'], 'compare'],
  ])('%j is refused', async (args, message) => {
    const { code, out, err } = await relumine(args);
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain(message);
    expect(err).not.toMatch(/^ +at /m);
  });

  test('compare trains on MNIST, prints a line per epoch and a table, and writes the JSON', async () => {
    const json = join(folder, 'out.json');
    const args = [
      '--activations',
      'relu,elu',
      '--epochs',
      '1',
      '--train-size',
      '640',
      '--test-size',
      '500',
      '--probe-size',
      '100',
      '--json',
      json,
    ];
    const { code, out, err } = await relumine(['compare', ...args]);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/relu, seed 1, epoch 1\/1: \d+ of 96 channels dead, loss \d\.\d{4}, test accuracy \d+\.\d\d %/);
    expect(out).toMatch(/activation +conv1 dead +conv1 units +conv2 dead/);
    expect(out).toContain('\nAdvice: ');
    const result = JSON.parse(await readFile(json, 'utf8')) as { schema: string; runs: Record<string, unknown>[] };
    expect(result.schema).toBe('relumine.runs/1');
    expect(result.runs).toHaveLength(2);
    expect(result.runs[0]).toMatchObject({
      activation: 'relu',
      seed: 1,
      layers: [{ name: 'conv1', channels: 32 }, {}],
    });
    expect(await readdir(folder)).toEqual(['out.json']);
  });

  test('on a terminal there is a bar', async () => {
    const args = [
      '--activations',
      'relu',
      '--epochs',
      '1',
      '--train-size',
      '32',
      '--test-size',
      '20',
      '--probe-size',
      '20',
    ];
    const { err } = await relumine(['compare', ...args], true);
    expect(err).toMatch(/relu, seed 1, epoch 1\/1 █+ 1\/1 loss/);
  });
});

/** A model.json in whose second convolution channels can't fire: their biases are far below 0. */
async function saveModel(dead = 64): Promise<string> {
  await startWasm({ threads: 1 });
  const model = simpleCnn({ seed: 1, activation: ['prelu', 'relu'] });
  const bias = tensor1d(Array.from({ length: 64 }, (_, channel) => (channel < dead ? -1e6 : 0)));
  const weights = model
    .getWeights()
    .map((weight, i) => (model.weights[i]!.name.startsWith('conv2/bias') ? bias : weight));
  model.setWeights(weights);
  await model.save(
    io.withSaveHandler(async ({ modelTopology, weightSpecs, weightData }) => {
      await writeFile(join(folder, 'weights.bin'), new Uint8Array(weightData as ArrayBuffer));
      const manifest = [{ paths: ['weights.bin'], weights: weightSpecs }];
      await writeFile(join(folder, 'model.json'), JSON.stringify({ modelTopology, weightsManifest: manifest }));
      const stray = [{ paths: ['../weights.bin'], weights: weightSpecs }];
      await writeFile(join(folder, 'stray.json'), JSON.stringify({ modelTopology, weightsManifest: stray }));
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  model.dispose();
  return join(folder, 'model.json');
}

describe('relumine audit', () => {
  test('finds what is dead in a saved model, and refuses what it cannot read', async () => {
    const file = await saveModel();
    const json = join(folder, 'report.json');
    const { code, out, err } = await relumine(['audit', file, '--limit', '50', '--json', json]);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('conv2_activation');
    const report = JSON.parse(await readFile(json, 'utf8')) as DeadNeuronReport;
    expect(report.samples).toBe(50);
    expect(report.layers.map(({ source, deadChannels }) => [source, deadChannels.length])).toEqual([
      ['conv1', 0],
      ['conv2', 64],
    ]);
    const images = join(folder, 'small-idx3-ubyte');
    await writeFile(images, new Uint8Array([0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3, 4]));
    const dark = join(folder, 'dark-idx3-ubyte');
    const header = [0, 0, 8, 3, 0, 0, 0, 20, 0, 0, 0, 28, 0, 0, 0, 28];
    await writeFile(dark, Uint8Array.from([...header, ...Array.from({ length: 20 * 784 }, (_, i) => i % 3)]));
    const compared = await relumine(['audit', file, '--data', dark, '--reference', json]);
    expect([compared.code, compared.err]).toEqual([0, '']);
    expect(compared.out).toMatch(/has mean 0\.00\d+ and standard deviation 0\.00\d+, against .* in the reference/);
    const refused: [string[], string][] = [
      [[file, '--reference', join(folder, 'none.json')], '`--reference` must be a report that can be read'],
      [[file, '--reference', images], '`json` must be JSON'],
      [[join(folder, 'none.json')], '`model` must be a model.json that can be read'],
      [[join(folder, 'weights.bin')], '`model` must be a model.json, which holds JSON'],
      [[json], 'with modelTopology and weightsManifest'],
      [[join(folder, 'stray.json')], 'must have its weight files in its own folder. Received: "../weights.bin"'],
      [[file, '--data', 'nowhere'], "`--data` must be 'mnist', an IDX or .npy file that can be read"],
      [[file, '--data', images], "must hold images of the model's input, [28, 28, 1]. Received: images of [2, 2, 1]"],
      [[], '[relumine/cli] Missing required argument'],
    ];
    for (const [args, message] of refused) {
      const result = await relumine(['audit', ...args]);
      expect([result.code, result.out]).toEqual([1, '']);
      expect(result.err).toContain(message);
    }
  });
});

test('an audit in shards is the audit of one pass, to the last bit', async () => {
  const file = await saveModel(20);
  // Sums, curve, bounds: all of it, to the last bit, also where the last batch is smaller.
  const sharded = join(folder, 'sharded.json');
  const args = ['audit', file, '--limit', '50', '--batch-size', '7', '--json'];
  const whole = join(folder, 'whole.json');
  expect((await relumine([...args, whole])).code).toBe(0);
  expect((await relumine([...args, sharded, '--shards', '2'])).code).toBe(0);
  expect(await readFile(sharded, 'utf8')).toBe(await readFile(whole, 'utf8'));
});

describe('commands that change a model', () => {
  test('prune: the smaller network is saved, loads, and computes the same; revive, quantize and norms speak', async () => {
    const file = await saveModel(20);
    const smaller = join(folder, 'smaller');
    const pruned = await relumine(['prune', file, '--limit', '40', '--out', smaller]);
    expect([pruned.code, pruned.err]).toEqual([0, '']);
    expect(pruned.out).toMatch(/weights \([\d.]+ % fewer\)/);
    const audited = await relumine([
      'audit',
      join(smaller, 'model.json'),
      '--limit',
      '40',
      '--html',
      join(folder, 'a.html'),
    ]);
    expect([audited.code, audited.err]).toEqual([0, '']);
    expect(await readFile(join(folder, 'a.html'), 'utf8')).toContain('<!doctype html>');
    const again = await relumine(['prune', file, '--out', smaller]);
    expect([again.code, again.out]).toEqual([1, '']);
    expect(again.err).toContain('`--out` must not exist yet');

    const revived = await relumine(['revive', file, '--limit', '40', '--out', join(folder, 'revived')]);
    expect([revived.code, revived.err]).toEqual([0, '']);
    expect(revived.out).toContain('20 of 96 channels were dead on 40 images; after recycle, 0 are.');
    const preview = await relumine(['quantize', file, '--limit', '40', '--bits', '4']);
    expect([preview.code, preview.err]).toEqual([0, '']);
    expect(preview.out).toContain('int4 weights with one scale for each tensor');
    const norms = await relumine(['norms', file]);
    expect([norms.code, norms.err]).toEqual([0, '']);
    expect(norms.out).toContain('Lipschitz bound of the network');
    expect((await relumine(['quantize', file, '--bits', '99'])).err).toContain('`--bits`');
  });
});

test('relumine sweep does every run once, says so, and goes on from its journal', async () => {
  const plan = join(folder, 'plan.json');
  const [journal, json] = [join(folder, 'sweep.jsonl'), join(folder, 'sweep.json')];
  const fixed = { trainSize: 64, testSize: 20, probeSize: 20, epochs: 1, batchSize: 32 };
  await writeFile(plan, JSON.stringify({ ...fixed, grid: { activation: ['relu', 'elu'], seed: [1] } }));
  const first = await relumine(['sweep', plan, '--workers', '1', '--journal', journal, '--json', json]);
  expect([first.code, first.err]).toEqual([0, '']);
  expect(first.out).toMatch(/\[2\/2\] elu, normalization none, seed 1: \d+ of 96 channels dead/);
  expect(JSON.parse(await readFile(json, 'utf8'))).toMatchObject({ schema: 'relumine.runs/1', failed: [] });
  const before = await readFile(journal, 'utf8');
  expect((await relumine(['sweep', plan, '--journal', journal])).code).toBe(0);
  expect(await readFile(journal, 'utf8')).toBe(before);
  await writeFile(plan, JSON.stringify({ ...fixed, grid: { sed: [1] } }));
  const refused = await relumine(['sweep', plan]);
  expect([refused.code, refused.out]).toEqual([1, '']);
  expect(refused.err).toContain("Did you mean 'seed'?");
});

test('relumine theory gives the bounds of Lu et al.', async () => {
  const { code, out } = await relumine(['theory', '--widths', '2,2', '--samples', '1000']);
  expect(code).toBe(0);
  expect(out).toContain('15.62 % to 43.75 %');
  expect(out).toContain('at most 0.2991 % of all');
  expect((await relumine(['theory', '--widths', '2,x'])).code).toBe(1);
  expect((await relumine(['theory', '--samples', '100'])).out).toBe(
    'A channel that never fired in 100 samples fires on at most 2.951 % of all (95 %).\n',
  );
  expect((await relumine(['theory'])).err).toContain('`--widths` or `--samples` must be given. Received: neither.');
});

test('a JSON file that cannot be written whole is not written at all', async () => {
  const circle: Record<string, unknown> = {};
  circle.self = circle;
  const before = await readdir(folder);
  await expect(writeJson(join(folder, 'circle.json'), circle)).rejects.toThrow('circular');
  expect(await readdir(folder)).toEqual(before);
});

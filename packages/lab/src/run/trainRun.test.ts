import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom } from '@relumine/core';
import type { ImageDataset } from '@relumine/datasets';
import { startWasm } from '@relumine/wasm-backend';
import { memory } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ComparePlan, wholePlan } from '../compare/plan';
import type { Run } from '../results';
import { fileStore } from './checkpoint';
import { trainRun } from './trainRun';

/** Noise that is bright on one side. */
function halves(length: number, seed: number): ImageDataset {
  const random = createRandom(seed);
  const labels = Uint8Array.from({ length }, () => random.integer(2));
  const images = Uint8Array.from({ length: length * 64 }, (_, i) =>
    random.integer(Number(i % 8 >= 4) === labels[Math.floor(i / 64)] ? 256 : 64),
  );
  return { name: 'halves', length, shape: [8, 8, 1], images, labels, classes: 2, classNames: ['left', 'right'] };
}

const data = { train: halves(64, 1), test: halves(40, 2) };
const base: ComparePlan = { epochs: 3, trainSize: 64, testSize: 40, probeSize: 20, batchSize: 16, learningRate: 0.002 };
const timeless = (run: Run): unknown =>
  JSON.parse(JSON.stringify(run), (key, value: unknown) => (key === 'seconds' ? 0 : value));

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relumine-checkpoints-'));
  await startWasm({ threads: 1 });
});
afterAll(() => rm(folder, { recursive: true }));

describe('a run that was cut off goes on bit for bit', () => {
  test.each<[string, ComparePlan, string]>([
    ['adam', {}, 'relu'],
    [
      'batch normalisation, SGD with momentum',
      { normalization: 'batch', optimizer: { name: 'sgd', momentum: 0.9 } },
      'elu',
    ],
    ['spectral normalisation, AdamW', { normalization: 'spectral', optimizer: 'adamW' }, 'leakyRelu'],
    ['slopes that are learned', {}, 'prelu'],
    ['slopes that are drawn', {}, 'rrelu'],
    ['channels that are revived', { learningRate: 0.2, revival: 'recycle' }, 'relu'],
  ])('%s', async (name, more, activation) => {
    const plan = wholePlan({ ...base, ...more });
    const straight = await trainRun(plan, activation as 'relu', 3, data);
    const checkpoint = fileStore(folder, name.replaceAll(' ', '-'));
    const control = new AbortController();
    const cut = trainRun(plan, activation as 'relu', 3, data, {
      checkpoint,
      signal: control.signal,
      step: ({ epoch, step }) => epoch === 3 && step === 2 && control.abort(new Error('cut off')),
    });
    await expect(cut).rejects.toThrow('cut off');
    const before = memory().numTensors;
    const epochs: number[] = [];
    const resumed = await trainRun(plan, activation as 'relu', 3, data, {
      checkpoint,
      epoch: ({ epoch }) => epochs.push(epoch),
    });
    expect(memory().numTensors).toBe(before);
    expect(epochs).toEqual([3]);
    expect(timeless(resumed)).toEqual(timeless(straight));
    if (more.revival) expect(straight.revivedChannels).toBeGreaterThan(0);
    expect(await readdir(folder)).toEqual([]);
  });

  test('a checkpoint that is torn, or of another run, is not gone on from', async () => {
    const plan = wholePlan({ ...base, epochs: 2 });
    let kept: Uint8Array | undefined;
    const keep = {
      load: async () => kept,
      save: async (bytes: Uint8Array) => {
        kept = bytes;
      },
      clear: async () => undefined,
    };
    const run = async (seed: number): Promise<number> => {
      let epochs = 0;
      await trainRun(plan, 'relu', seed, data, { checkpoint: keep, epoch: () => void epochs++ });
      return epochs;
    };
    expect(await run(1)).toBe(2);
    expect(await run(1)).toBe(1);
    expect(await run(2)).toBe(2);
    kept = kept!.subarray(0, kept!.length - 3);
    expect(await run(2)).toBe(2);
    kept = Uint8Array.of(1, 2, 3);
    expect(await run(2)).toBe(2);
  });
});

test('a run stops where it is told to, and says why', async () => {
  const whole = (stopWhen: object, learningRate: number): ReturnType<typeof wholePlan> =>
    wholePlan({ ...base, stopWhen, learningRate });
  const dead = await trainRun(whole({ deadFraction: 0.1 }, 0.5), 'relu', 1, data);
  expect([dead.epochs.length, dead.stopped]).toEqual([
    1,
    expect.stringMatching(/^\d+ of 96 channels are dead after epoch 1$/),
  ]);
  const loss = await trainRun(whole({ loss: 0.0001 }, 0.002), 'relu', 1, data);
  expect([loss.epochs.length, loss.stopped]).toEqual([1, expect.stringMatching(/^the loss is 0\.\d+ after epoch 1$/)]);
  expect((await trainRun(whole({ deadFraction: 1, loss: 100 }, 0.002), 'relu', 1, data)).stopped).toBeUndefined();
});

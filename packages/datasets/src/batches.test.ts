import { dispose, memory, type Tensor } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { expectNoLeak, useBackend } from '@tooling/testing';
import { beforeAll, expect, test } from 'vitest';
import { batches } from './batches';
import type { ImageDataset } from './imageDataset';

const dataset: ImageDataset = {
  name: 'tiny',
  length: 7,
  shape: [1, 2, 1],
  images: Uint8Array.from({ length: 14 }, (_, i) => i * 15),
  labels: Uint8Array.from([0, 1, 2, 0, 1, 2, 0]),
  classes: 3,
  classNames: ['a', 'b', 'c'],
};

/** Which images the batches hold, told by their first pixel. */
const order = (passes: Iterable<{ xs: Tensor; ys: Tensor }>): number[][] =>
  [...passes].map(({ xs, ys }) => {
    const found = Array.from({ length: xs.shape[0]! }, (_, i) => Math.round((xs.dataSync()[2 * i]! * 255) / 30));
    const hot = found.flatMap((image) => [0, 1, 2].map((label) => Number(label === dataset.labels[image])));
    expect([...ys.dataSync()]).toEqual(hot);
    dispose([xs, ys]);
    return found;
  });

beforeAll(() => useBackend('cpu'));

test('in order without a seed; the last batch holds what is left', async () => {
  const all = batches(dataset, { batchSize: 3 });
  await expectNoLeak(() => {
    expect(order(all)).toEqual([[0, 1, 2], [3, 4, 5], [6]]);
    expect(order(all)).toEqual([[0, 1, 2], [3, 4, 5], [6]]);
  });
  expect(all.size).toBe(3);
  const [first] = batches(dataset);
  expect(first!.xs).toMatchObject({ shape: [7, 1, 2, 1], dtype: 'float32' });
  expect(first!.xs.dataSync()[13]).toBe(Math.fround(195 / 255));
  dispose([first!.xs, first!.ys]);
});

test('a seed decides the order of every pass; each pass holds every image once', () => {
  const passes = (seed: number | string): number[][][] => {
    const all = batches(dataset, { batchSize: 2, seed });
    return [order(all), order(all)];
  };
  const [first, second] = passes(1);
  expect(passes(1)).toEqual([first, second]);
  expect(first).not.toEqual(second);
  expect(passes(2)[0]).not.toEqual(first);
  expect(first!.flat().toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6]);
});

test('a pass that is left early leaves no tensor behind', () =>
  expectNoLeak(() => {
    for (const { xs, ys } of batches(dataset, { batchSize: 2, seed: 1 })) {
      dispose([xs, ys]);
      break;
    }
  }));

test('fitDataset takes them, for training and validation', async () => {
  const model = sequential({
    layers: [layers.flatten({ inputShape: [1, 2, 1] }), layers.dense({ units: 3, activation: 'softmax' })],
  });
  model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  const all = batches(dataset, { batchSize: 3, seed: 1 });
  const train = () => model.fitDataset(all as never, { epochs: 2, verbose: 0, validationData: all as never });
  await train();
  const before = memory().numTensors;
  const { history } = await train();
  expect(history.val_loss).toHaveLength(2);
  expect(memory().numTensors).toBe(before);
});

test('refuses an empty batch and an empty data set', () => {
  expect(() => batches(dataset, { batchSize: 0 })).toThrow(
    '[relumine/datasets/batches] `options.batchSize` must be an integer of at least 1. Received: 0.',
  );
  expect(() => batches({ ...dataset, length: 0 })).toThrow('`dataset` must hold one image at least');
  expect(() => batches(undefined as never)).toThrow(RangeError);
  expect(() => batches(dataset, { seed: Number.NaN })).toThrow('`seed`');
});

import { auditModel } from '@relumine/dead-neuron-metrics/layers';
import { adam, adamW, sgd, startWasm } from '@relumine/wasm-backend';
import { dispose, type Optimizer, oneHot, type Tensor, tensor1d, train } from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { countTensors } from '@tooling/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { reviveChannels } from '../layers';
import { images, sequential } from '../networks.testing';

beforeAll(() => startWasm());

interface Slot {
  originalName: string;
  variable: Tensor;
}

const learningRate = 0.01;
const optimizers: [name: string, make: () => Optimizer, lists: string[], divisor?: string][] = [
  ['tfjs adam', () => train.adam(learningRate), ['accumulatedFirstMoment'], 'accumulatedSecondMoment'],
  ['tfjs momentum', () => train.momentum(learningRate, 0.9), ['accumulations']],
  ['tfjs rmsprop', () => train.rmsprop(learningRate, 0.9, 0.9), ['accumulatedMoments'], 'accumulatedMeanSquares'],
  ['relumine adam', () => adam({ learningRate }), ['accumulatedFirstMoment'], 'accumulatedSecondMoment'],
  ['relumine adamW', () => adamW({ learningRate }), ['accumulatedFirstMoment'], 'accumulatedSecondMoment'],
  ['relumine sgd', () => sgd({ learningRate, momentum: 0.9 }), ['accumulations']],
];

/** Trained for some steps: the optimiser has moments. */
async function trained(optimizer: Optimizer, steps: number): Promise<{ model: tfl.LayersModel; x: Tensor; y: Tensor }> {
  const model = sequential();
  model.compile({ optimizer, loss: 'categoricalCrossentropy' });
  const x = images();
  const labels = tensor1d(
    Array.from({ length: 64 }, (_, i) => i % 3),
    'int32',
  );
  const y = oneHot(labels, 3);
  for (let i = 0; i < steps; i++) await model.trainOnBatch(x, y);
  labels.dispose();
  return { model, x, y };
}

const slotOf = (optimizer: Optimizer, list: string, weight: string): Float32Array =>
  (optimizer as unknown as Record<string, Slot[]>)
    [list]!.find(({ originalName }) => originalName.startsWith(`${weight}/`))!
    .variable.dataSync() as Float32Array;

describe.each(optimizers)('%s', (_, make, lists, divisor) => {
  test('forgets the incoming and outgoing slices of recycled channels, and no others', async () => {
    const optimizer = make();
    const { model, x, y } = await trained(optimizer, 3);
    const [kernel, out] = ['hidden', 'out'].map((name) => model.getLayer(name).weights[0]!.name) as [string, string];
    const before = lists.map((list) => slotOf(optimizer, list, kernel));
    const report = await auditModel(model, x);
    const tensors = countTensors();
    await reviveChannels(model, report, { strategy: 'recycle', optimizer, seed: 1 });
    expect(countTensors()).toEqual(tensors);
    // hidden: kernel [80, 7], of which 2, 3 and 6 are dead; out: kernel [7, 3].
    const recycled = (i: number): boolean => [2, 3, 6].includes(i % 7);
    lists.forEach((list, k) => {
      const after = slotOf(optimizer, list, kernel);
      expect(after.every((value, i) => (recycled(i) ? value === 0 : value === before[k]![i]))).toBe(true);
      const outgoing = slotOf(optimizer, list, out);
      expect(outgoing.some((value) => value !== 0)).toBe(true);
      expect(outgoing.every((value, i) => ![2, 3, 6].includes(Math.floor(i / 3)) || value === 0)).toBe(true);
    });
    if (divisor) {
      const second = slotOf(optimizer, divisor, kernel);
      const others = [0, 1, 4, 5].reduce((sum, c) => sum + second[c]!, 0) / 4;
      expect(second[2]).toBeCloseTo(others, 10);
    }
    optimizer.dispose();
    dispose([x, y]);
    model.dispose();
  });

  test('late in training, the first step of a recycled channel is no longer than the learning rate asks', async () => {
    const optimizer = make();
    const { model, x, y } = await trained(optimizer, 30);
    await reviveChannels(model, await auditModel(model, x), { strategy: 'recycle', optimizer, seed: 1 });
    const outgoing = (): Float32Array => model.getLayer('out').getWeights()[0]!.dataSync() as Float32Array;
    const before = outgoing().slice();
    await model.trainOnBatch(x, y);
    const steps = outgoing()
      .map((value, i) => Math.abs(value - before[i]!))
      .filter((_value, i) => [2, 3, 6].includes(Math.floor(i / 3)));
    expect(Math.max(...steps)).toBeGreaterThan(0);
    expect(Math.max(...steps)).toBeLessThan(1.5 * learningRate);
    optimizer.dispose();
    dispose([x, y]);
    model.dispose();
  });
});

test('finds the moments of an optimiser that was loaded, whose names are those of the saved model', async () => {
  const saved = adam({ learningRate });
  const { model: first } = await trained(saved, 3);
  const loaded = adam({ learningRate });
  await loaded.setWeights(await saved.getWeights());
  const second = sequential();
  expect(second.getLayer('hidden').weights[0]!.name).not.toBe(first.getLayer('hidden').weights[0]!.name);
  await reviveChannels(second, await auditModel(second, images()), {
    strategy: 'recycle',
    optimizer: loaded,
    seed: 1,
  });
  const moments = slotOf(loaded, 'accumulatedFirstMoment', first.getLayer('hidden').weights[0]!.name);
  expect([...moments].filter((_, i) => i % 7 === 2).every((value) => value === 0)).toBe(true);
  expect([...moments].some((value) => value !== 0)).toBe(true);
});

test('an optimiser without moments, or of another model, is named and nothing changes', async () => {
  const model = sequential();
  const report = await auditModel(model, images());
  const weights = model.getWeights().map((w) => w.dataSync());
  const revive = (optimizer: Optimizer) => reviveChannels(model, report, { strategy: 'recycle', optimizer, seed: 1 });
  await expect(revive(train.sgd(1))).rejects.toThrow(
    '[relumine/revival/reviveChannels] `options.optimizer` must have moments to reset. Received: SGDOptimizer without any. Leave it out: plain SGD keeps none, and before the first step no optimiser does.',
  );
  await expect(revive(adam())).rejects.toThrow('must have moments to reset');
  const other = adam();
  const { variable, square, scalar, sum } = await import('@tensorflow/tfjs-core');
  const alone = variable(scalar(2), true, 'alone');
  other.minimize(() => sum(square(alone)));
  await expect(revive(other)).rejects.toThrow(
    '`options.optimizer` must be the optimiser that trains this model. Received: AdamOptimizer with moments of other weights',
  );
  expect(model.getWeights().map((w) => w.dataSync())).toEqual(weights);
});

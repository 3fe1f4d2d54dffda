import { startWasm } from '@relumine/wasm-backend';
import {
  concat,
  fill,
  losses,
  ones,
  randomUniform,
  type Scalar,
  type SGDOptimizer,
  type Tensor,
  tensor1d,
  train,
  zeros,
} from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { countTensors, expectNoLeak } from '@tooling/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { deadNeuronMonitor, type MonitorEvent } from '../layers';
import { LayerTimeline } from './timeline';

beforeAll(() => startWasm());

/** A convolution whose channel 1 is born dead by its bias. */
function network(): tfl.Sequential {
  const model = tfl.sequential();
  model.add(tfl.layers.conv2d({ inputShape: [5, 5, 1], filters: 3, kernelSize: 3, activation: 'relu', name: 'conv' }));
  model.add(tfl.layers.flatten());
  model.add(tfl.layers.dense({ units: 1, name: 'out', kernelInitializer: 'ones' }));
  model.getLayer('conv').setWeights([ones([3, 3, 1, 3]), tensor1d([0, -100, 0.5])]);
  return model;
}

test('inside fit: born dead, died with its cause, no extra forward pass, nothing left behind', async () => {
  const model = network();
  model.compile({ optimizer: train.sgd(0.01), loss: 'meanSquaredError' });
  const [x, y] = [randomUniform([8, 5, 5, 1], 0, 1, 'float32', 1), zeros([8, 1])];
  const plain = network();
  plain.compile({ optimizer: train.sgd(0.01), loss: 'meanSquaredError' });
  const config = { epochs: 6, batchSize: 8, shuffle: false, verbose: 0 as const };
  await plain.fit(x, y, config);
  const events: MonitorEvent[] = [];
  const monitor = deadNeuronMonitor({ patience: 2, onEvent: (event) => events.push(event) });
  await model.fit(x, y, { ...config, callbacks: monitor });
  // The gradient is huge: the first update throws both living channels below 0.
  expect(monitor.history.steps.map(({ step, layers }) => [step, layers[0]?.deadChannels.length])).toEqual([
    [0, 1],
    [1, 3],
    [2, 3],
    [3, 3],
    [4, 3],
    [5, 3],
  ]);
  expect(events.filter(({ kind }) => kind === 'born-dead').map(({ channel }) => channel)).toEqual([1]);
  const deaths = events.filter(({ kind }) => kind === 'died');
  expect(deaths.map(({ channel, step }) => [channel, step])).toEqual([
    [0, 1],
    [2, 1],
  ]);
  expect(deaths[0]?.diagnosis?.figures.maxZAfter).toBeLessThan(0);
  // The killing update itself is in the figures; afterwards nothing moves, for dead channels have no gradient.
  expect(deaths[0]?.diagnosis?.figures.shiftChange).toBeLessThan(0);
  expect(model.getWeights().map((w) => [...w.dataSync()])).toEqual(plain.getWeights().map((w) => [...w.dataSync()]));
  expect(Object.hasOwn(model.getLayer('conv'), 'call')).toBe(false);
  const before = countTensors();
  await model.fit(x, y, { ...config, callbacks: monitor });
  expect(countTensors()).toEqual(before);
});

test('every n-th step, with a hook that stops the training', async () => {
  const model = network();
  model.compile({ optimizer: train.sgd(1e-4), loss: 'meanSquaredError' });
  const [x, y] = [randomUniform([8, 5, 5, 1], 0, 1, 'float32', 1), zeros([8, 1])];
  const monitor = deadNeuronMonitor({
    every: 3,
    onStep: ({ step }, { stop }) => {
      if (step >= 6) stop();
    },
  });
  await model.fit(x, y, {
    epochs: 5,
    batchSize: 2,
    shuffle: false,
    verbose: 0,
    callbacks: monitor,
    validationData: [x, y],
  });
  expect(monitor.history.steps.map(({ step }) => step)).toEqual([0, 3, 6]);
});

test('a channel dies after `patience` observations, dated to the first, and revives at once', () => {
  const timeline = new LayerTimeline(2, 3);
  const seen = [[], [0], [0], [], [0], [0], [0], [0], []].map((dead, step) => timeline.observe(step, new Set(dead)));
  expect(seen.flat()).toEqual([
    { kind: 'died', channel: 0, step: 4 },
    { kind: 'revived', channel: 0, step: 8 },
  ]);
});

test('wrong options are named', () => {
  expect(() => deadNeuronMonitor({ every: 0 })).toThrow(
    '`options.every` must be an integer of at least 1. Received: 0.',
  );
});

describe('causes', () => {
  /** Ten steps on the same images; `interfere` acts after a step's update. Returns the deaths of channel 0. */
  async function deaths(
    interfere: (step: number, model: tfl.LayersModel) => void,
    images: (step: number) => Tensor = () => ones([4, 5, 5, 1]),
  ): Promise<MonitorEvent[]> {
    const model = network();
    model.compile({ optimizer: train.sgd(1e-9), loss: 'meanSquaredError' });
    const x = concat(Array.from({ length: 10 }, (_, step) => images(step)));
    const monitor = deadNeuronMonitor({ patience: 3, onStep: ({ step }, control) => interfere(step, control.model) });
    await model.fit(x, zeros([40, 1]), { batchSize: 4, shuffle: false, verbose: 0, callbacks: monitor });
    return monitor.history.events.filter(({ kind, channel }) => kind === 'died' && channel === 0);
  }
  const set = (model: tfl.LayersModel, kernel: number, bias: number): void =>
    model.getLayer('conv').setWeights([fill([3, 3, 1, 3], kernel), tensor1d([bias, bias, bias])]);

  test('a bias that moved, dated and measured across the very update that killed', async () => {
    const [death] = await deaths((step, model) => {
      if (step === 3) set(model, 1, -50);
    });
    expect(death).toMatchObject({ step: 4, diagnosis: { cause: 'bias-drift' } });
    // The training itself moves them by some 1e-5.
    expect(death?.diagnosis?.figures.shiftChange).toBeCloseTo(-50, 3);
    expect(death?.diagnosis?.figures.maxZBefore).toBeCloseTo(9, 3);
    expect(death?.diagnosis?.figures.maxZAfter).toBeCloseTo(-41, 3);
  });

  test('a kernel that is zero', async () => {
    const [death] = await deaths((step, model) => {
      if (step === 3) set(model, 0, 0);
    });
    expect(death).toMatchObject({ step: 4, diagnosis: { cause: 'zero-kernel' } });
  });

  test('one step at a high learning rate, over before the death is certain', async () => {
    const [death] = await deaths((step, model) => {
      if (step === 2) (model.optimizer as SGDOptimizer).setLearningRate(1);
      if (step === 3) (model.optimizer as SGDOptimizer).setLearningRate(1e-9);
    });
    expect(death).toMatchObject({ step: 4, diagnosis: { cause: 'learning-rate-spike', figures: { learningRate: 1 } } });
  });

  test('input that shifted', async () => {
    const [death] = await deaths(
      () => undefined,
      (step) => fill([4, 5, 5, 1], step < 6 ? 1 : -1),
    );
    expect(death).toMatchObject({ step: 6, diagnosis: { cause: 'input-shift' } });
  });
});

describe('a loop of your own', () => {
  const batch = (): [Tensor, Tensor] => [randomUniform([8, 5, 5, 1], 0, 1, 'float32', 1), zeros([8, 1])];

  test('by optimiser or trainOnBatch: the same steps as without, results handed on, nothing left behind', async () => {
    const [x, y] = batch();
    const optimizer = train.sgd(1e-4);
    const update = (model: tfl.LayersModel) => () =>
      optimizer.minimize(() => losses.meanSquaredError(y, model.apply(x) as Tensor), true) as Scalar;
    const [watched, alone] = [network(), network()];
    const monitor = deadNeuronMonitor({ optimizer, patience: 1 });
    for (let step = 0; step < 3; step++) {
      const loss = await monitor.step(watched, update(watched));
      const plain = update(alone)();
      expect((await loss.data())[0]).toBe((await plain.data())[0]);
      expect(monitor.history.steps[step]).toMatchObject({
        step,
        loss: (await plain.data())[0],
        layers: [{ name: 'conv' }],
      });
    }
    expect(watched.getWeights().map((w) => [...w.dataSync()])).toEqual(
      alone.getWeights().map((w) => [...w.dataSync()]),
    );
    monitor.detach();
    expect(Object.hasOwn(watched.getLayer('conv'), 'call')).toBe(false);
    watched.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    await watched.trainOnBatch(x, y);
    await expectNoLeak(async () => {
      expect(await monitor.step(watched, () => watched.trainOnBatch(x, y))).toBeTypeOf('number');
      monitor.detach();
    });
    expect(monitor.history.steps.map(({ step }) => step)).toEqual([0, 1, 2, 3]);
  });

  test('a step that throws is not counted; stop is a word to the loop', async () => {
    const [x] = batch();
    const model = network();
    const monitor = deadNeuronMonitor({ onStep: (_, { stop }) => stop() });
    await expectNoLeak(async () => {
      await expect(
        monitor.step(model, () => {
          (model.predict(x) as Tensor).dispose();
          throw new Error('no more data');
        }),
      ).rejects.toThrow('no more data');
      monitor.detach();
    });
    expect(monitor.history.steps).toEqual([]);
    expect(model.stopTraining).toBeFalsy();
    (await monitor.step(model, () => model.predict(x) as Tensor)).dispose();
    expect(model.stopTraining).toBe(true);
    monitor.detach();
    await expect(monitor.step({} as never, () => 1)).rejects.toThrow(
      '`model` must be a LayersModel. Received: Object.',
    );
  });

  test('a hook that revives is seen to', async () => {
    const [x, y] = batch();
    const model = network();
    model.compile({ optimizer: train.sgd(1e-9), loss: 'meanSquaredError' });
    const monitor = deadNeuronMonitor({
      onStep: ({ step, layers }, control) => {
        if (step === 2 && layers[0]!.deadChannels.includes(1))
          control.model.getLayer('conv').setWeights([ones([3, 3, 1, 3]), tensor1d([0, 0, 0.5])]);
      },
    });
    for (let step = 0; step < 4; step++) await monitor.step(model, () => model.trainOnBatch(x, y));
    expect(monitor.history.events).toEqual([
      { kind: 'born-dead', layer: 'conv', path: [], channel: 1, step: 0, diagnosis: null },
      { kind: 'revived', layer: 'conv', path: [], channel: 1, step: 3, diagnosis: null },
    ]);
    monitor.detach();
  });
});

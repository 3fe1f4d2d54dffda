import { startWasm } from '@relumine/wasm-backend';
import { ones, randomUniform, tensor1d, train, zeros } from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { countTensors } from '@tooling/testing';
import { beforeAll, expect, test } from 'vitest';
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
  expect(deaths[0]?.diagnosis?.figures.meanZAfter).toBeLessThan(0);
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

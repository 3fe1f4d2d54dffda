import { activationLayer } from '@relumine/activations/layers';
import { type ActivationName, activationLivenessKernel, hasKernel } from '@relumine/core';
import { startWasm } from '@relumine/wasm-backend';
import {
  dispose,
  getKernel,
  randomNormal,
  registerKernel,
  tensor1d,
  unregisterKernel,
  zeros,
} from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expectNoLeak } from '@tooling/testing';
import { beforeAll, expect, test } from 'vitest';
import { deadNeuronMonitor, type MonitorHistory } from '../layers';

beforeAll(() => startWasm());

/** A convolution whose channels lie from far below 0 to far above, then a dense layer that is used twice. */
function network(activation: ActivationName, spoiled: boolean): tfl.LayersModel {
  const input = tfl.input({ shape: [6, 6, 2] });
  const kernelInitializer = tfl.initializers.randomNormal({ stddev: 0.3, seed: 1 });
  const conv = tfl.layers.conv2d({ filters: 9, kernelSize: 3, kernelInitializer, name: 'conv' });
  const own = activationLayer({ name: activation, layerName: 'own' });
  const dense = tfl.layers.dense({ units: 4, kernelInitializer: 'ones', name: 'dense' });
  const shared = tfl.layers.dense({ units: 4, activation: 'relu', kernelInitializer: 'identity', name: 'shared' });
  const flat = tfl.layers.flatten().apply(own.apply(conv.apply(input)));
  const x = shared.apply(shared.apply(dense.apply(flat))) as tfl.SymbolicTensor;
  const model = tfl.model({ inputs: input, outputs: x });
  const [kernel] = conv.getWeights();
  conv.setWeights([kernel!, tensor1d([spoiled ? Number.NaN : -20, -9, -6.5, -3, 0, 3, 6.5, 9, 20])]);
  return model;
}

async function watched(activation: ActivationName, spoiled: boolean): Promise<MonitorHistory> {
  const model = network(activation, spoiled);
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  const [x, y] = [randomNormal([12, 6, 6, 2], 0, 1, 'float32', 1), randomNormal([12, 4], 0, 1, 'float32', 2)];
  const monitor = deadNeuronMonitor({ patience: 1 });
  const config = { epochs: 1, batchSize: 4, shuffle: false, verbose: 0 as const };
  await model.fit(x, y, config);
  await expectNoLeak(() => model.fit(x, y, { ...config, callbacks: monitor }));
  dispose([x, y]);
  model.dispose();
  return monitor.history;
}

/** One of each way to fire: above a number, within a window, by slope, always. */
const activations: ActivationName[] = ['relu', 'relu6', 'elu', 'tanh', 'logSigmoid', 'silu', 'hardshrink', 'leakyRelu'];

test.each(activations.flatMap((name) => [[name, false] as const, [name, true] as const]))(
  '%s (NaN: %s): the backend’s own pass sees what reading every value sees',
  async (activation, spoiled) => {
    expect(hasKernel(activationLivenessKernel)).toBe(true);
    const fast = await watched(activation, spoiled);
    const kernel = getKernel(activationLivenessKernel, 'wasm');
    unregisterKernel(activationLivenessKernel, 'wasm');
    try {
      const slow = await watched(activation, spoiled);
      expect(fast.steps).toEqual(slow.steps);
      expect(fast.events).toEqual(slow.events);
      expect(fast.steps.map(({ layers }) => layers.map(({ name }) => name))).toEqual(
        new Array(3).fill(['own', 'shared']),
      );
    } finally {
      registerKernel(kernel!);
    }
  },
);

test('a PReLU channel whose slope is 0 is born dead where it is never positive, and lives once a step has given it a slope', async () => {
  const dense = tfl.layers.dense({ units: 3, inputShape: [2], name: 'dense' });
  const slopes = tfl.layers.prelu({ name: 'slopes' });
  const model = tfl.sequential({ layers: [dense, slopes] });
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  const [x, y] = [randomNormal([4, 2], 0, 1, 'float32', 1), randomNormal([4, 3], 0, 1, 'float32', 2)];
  const monitor = deadNeuronMonitor({ patience: 1 });
  const config = { epochs: 1, batchSize: 2, shuffle: false, verbose: 0 as const };
  await model.fit(x, y, config);
  const weights = [zeros([2, 3]), tensor1d([-1, -1, 1]), tensor1d([0, 0.25, 0])];
  model.setWeights(weights);
  dispose(weights);
  await expectNoLeak(() => model.fit(x, y, { ...config, callbacks: monitor }));
  expect(monitor.history.steps.map(({ layers }) => layers[0]!.deadChannels)).toEqual([[0], []]);
  expect(monitor.history.steps[0]!.layers[0]!.deadUnitFraction).toBeCloseTo(1 / 3, 6);
  expect(monitor.history.events.map(({ kind, channel, step }) => [kind, channel, step])).toEqual([
    ['born-dead', 0, 0],
    ['revived', 0, 1],
  ]);
  dispose([x, y]);
  model.dispose();
});

import { activationLayer } from '@relumine/activations/layers';
import { type DeadNeuronReport, decodeNumber } from '@relumine/core';
import { startWasm } from '@relumine/wasm-backend';
import { dispose, randomNormal, setBackend, type Tensor, tensor } from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { countTensors, expectNoLeak, useBackend } from '@tooling/testing';
import { beforeAll, expect, test } from 'vitest';
import { auditModel, deadNeuronMonitor } from '../layers';

beforeAll(() => startWasm());

const kernelInitializer = (seed: number) => tfl.initializers.randomNormal({ stddev: 0.3, seed });

/** ReLUs of tfjs, fused and as layers, and Relumine's own, counted in their own pass; leaky ReLU, read value by value. */
function network(): tfl.LayersModel {
  const model = tfl.sequential();
  const biasInitializer = tfl.initializers.randomUniform({ minval: -2, maxval: 0, seed: 9 });
  const conv = { filters: 6, kernelSize: 3, kernelInitializer: kernelInitializer(1), biasInitializer };
  model.add(tfl.layers.conv2d({ ...conv, inputShape: [9, 9, 2], activation: 'relu', name: 'fused' }));
  model.add(tfl.layers.conv2d({ ...conv, kernelInitializer: kernelInitializer(2) }));
  model.add(tfl.layers.reLU({ maxValue: 6, name: 'six' }));
  model.add(tfl.layers.conv2d({ ...conv, kernelInitializer: kernelInitializer(3) }));
  model.add(activationLayer({ name: 'sigmoid', layerName: 'own' }));
  model.add(tfl.layers.flatten());
  model.add(tfl.layers.dense({ units: 5, kernelInitializer: kernelInitializer(4), name: 'dense' }));
  model.add(activationLayer({ name: 'leakyRelu', layerName: 'leaky' }));
  model.add(activationLayer({ name: 'softplus', layerName: 'smooth' }));
  return model;
}

/** Counts and sets exactly; sums, and what follows from float32 of two backends, closely. */
function expectSame(actual: DeadNeuronReport, expected: DeadNeuronReport): void {
  for (const [i, input] of actual.inputs!.entries()) {
    const { sum, sumSquares, ...exact } = expected.inputs![i]!;
    expect(input).toMatchObject(exact);
    for (const [a, b] of [
      [input.sum, sum],
      [input.sumSquares, sumSquares],
    ])
      expect(Math.abs(decodeNumber(a!) / decodeNumber(b!) - 1)).toBeLessThan(1e-12);
  }
  expect(actual.layers.map(({ name }) => name)).toEqual(expected.layers.map(({ name }) => name));
  for (const [i, layer] of actual.layers.entries()) {
    const other = expected.layers[i]!;
    expect([layer.deadChannels, layer.silentChannels, layer.nonFiniteChannels, layer.deadUnitFraction]).toEqual([
      other.deadChannels,
      other.silentChannels,
      other.nonFiniteChannels,
      other.deadUnitFraction,
    ]);
    for (const key of ['fired', 'zeros', 'nonPositive', 'nan', 'infinite', 'unitFired', 'unitNan'] as const)
      expect([layer.name, key, layer.statistics[key]]).toEqual([layer.name, key, other.statistics[key]]);
    for (const key of ['sum', 'sumAbs', 'sumSquares', 'min', 'max', 'maxPreactivation'] as const)
      for (const [c, value] of layer.statistics[key].entries()) {
        const [a, b] = [decodeNumber(value!), decodeNumber(other.statistics[key][c]!)];
        if (Number.isNaN(b)) expect(a).toBeNaN();
        else expect(Math.abs(a - b)).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(b)));
      }
  }
}

test('counted in the activation’s pass or read value by value: the same report, and nothing leaks', async () => {
  const model = network();
  const weights = await Promise.all(model.getWeights().map((weight) => weight.data()));
  const x = randomNormal([40, 9, 9, 2], 0, 1, 'float32', 1);
  const values = await x.data();
  const counted = await expectNoLeak(() => auditModel(model, x, { batchSize: 16 }));
  dispose(x);
  model.dispose();
  await useBackend('cpu');
  const again = network();
  again.setWeights(again.getWeights().map((weight, i) => tensor(weights[i]!, weight.shape)));
  expectSame(counted, await auditModel(again, tensor(values, [40, 9, 9, 2]), { batchSize: 16 }));
  again.dispose();
  await setBackend('wasm');
});

test('data that throws after counted batches leaves nothing behind', async () => {
  const model = network();
  const failing = function* () {
    for (let i = 0; i < 3; i++) yield randomNormal([4, 9, 9, 2], 0, 1, 'float32', i);
    throw new Error('the disk is gone');
  };
  await model.predictOnBatch(randomNormal([1, 9, 9, 2]));
  await expectNoLeak(() => expect(auditModel(model, failing())).rejects.toThrow('the disk is gone'));
  model.dispose();
});

test('input that is not finite is counted, and the finite rest summed up', async () => {
  const model = network();
  const values = new Float32Array(2 * 162).fill(0.5);
  values.set([Number.NaN, Number.POSITIVE_INFINITY, 3], 7);
  const x = tensor(values, [2, 9, 9, 2]);
  const [input] = (await auditModel(model, x)).inputs!;
  expect(input).toMatchObject({ values: 324, nonFinite: 2, sum: 321 * 0.5 + 3, min: 0.5, max: 3 });
  dispose(x);
  model.dispose();
});

test('a NaN in the data is told by unit, as where every value is read', async () => {
  const model = network();
  const values = new Float32Array(2 * 162).fill(0.5);
  values[10] = Number.NaN;
  const x = tensor(values, [2, 9, 9, 2]);
  const report = await auditModel(model, x);
  expect(report.layers[0]!.statistics.unitNan.some((count) => count > 0)).toBe(true);
  expect(report.layers[0]!.nonFiniteChannels.length).toBe(6);
  dispose(x);
  model.dispose();
});

test('training under the monitor takes the same steps as without it, and leaks nothing', async () => {
  const losses: unknown[] = [];
  const [x, y] = [randomNormal([32, 9, 9, 2], 0, 1, 'float32', 1), randomNormal([32, 5], 0, 1, 'float32', 2)];
  for (const watched of [true, false]) {
    const model = network();
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const train = async (): Promise<tfl.History> =>
      model.fit(x, y, {
        epochs: 3,
        batchSize: 16,
        shuffle: false,
        verbose: 0,
        ...(watched ? { callbacks: deadNeuronMonitor() } : {}),
      });
    const { history } = await train();
    const before = countTensors();
    await train();
    expect(countTensors()).toEqual(before);
    losses.push(history.loss);
    model.dispose();
  }
  expect(losses[0]).toEqual(losses[1]);
  dispose([x, y] as Tensor[]);
});

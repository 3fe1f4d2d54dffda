import {
  ones,
  randomNormal,
  randomUniform,
  slice,
  type Tensor,
  tensor1d,
  tensor2d,
  tensor4d,
  zeros,
} from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { countTensors, expectNoLeak, useBackend } from '@tooling/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { auditModel, type Batch } from '../layers';
import { createChannelStatistics } from '../statistics/createChannelStatistics';

beforeAll(() => useBackend('wasm'));

/** Two units of four die by their bias, whatever the input in [0, 1]. */
function cnn(): tfl.LayersModel {
  const model = tfl.sequential();
  model.add(tfl.layers.conv2d({ inputShape: [6, 6, 1], filters: 4, kernelSize: 3, activation: 'relu', name: 'conv' }));
  model.add(tfl.layers.flatten({ name: 'flat' }));
  const kernelInitializer = tfl.initializers.glorotNormal({ seed: 1 });
  model.add(tfl.layers.dense({ units: 3, name: 'hidden', kernelInitializer }));
  model.add(tfl.layers.batchNormalization({ name: 'norm' }));
  model.add(tfl.layers.reLU({ name: 'act' }));
  model.add(tfl.layers.dense({ units: 2, activation: 'softmax', name: 'out' }));
  model.getLayer('conv').setWeights([ones([3, 3, 1, 4]), tensor1d([0, -100, 1, -100])]);
  return model;
}

const data = (): Tensor => randomUniform([10, 6, 6, 1], 0, 1, 'float32', 3);

test('outputs are handed on batch by batch, as the model predicts them; what uses the model there is not counted', async () => {
  const model = cnn();
  const x = data();
  const predicted = (model.predict(x) as Tensor).dataSync();
  const seen: number[] = [];
  const onOutputs = (outputs: Tensor | Tensor[]): void => {
    seen.push(...(outputs as Tensor).dataSync());
    model.predict(zeros([2, 6, 6, 1]));
  };
  const report = await expectNoLeak(() => auditModel(model, x, { batchSize: 4, onOutputs }));
  expect(seen).toEqual([...predicted]);
  expect(report).toEqual(await auditModel(model, x, { batchSize: 4 }));
  const failing = (): never => {
    throw new Error('enough');
  };
  await expectNoLeak(async () => {
    await expect(auditModel(model, x, { batchSize: 4, onOutputs: failing })).rejects.toThrow('enough');
  });
});

test('finds fused and separate activations, their kernels, dead channels, and how sure that is', async () => {
  const model = cnn();
  const x = data();
  const before = (model.predict(x) as Tensor).dataSync();
  const topology = JSON.stringify(model.toJSON(null, false));
  const report = await expectNoLeak(() => auditModel(model, x, { batchSize: 4 }));
  expect(report.layers.map(({ name, source, activation }) => [name, source, activation])).toEqual([
    ['conv', 'conv', 'relu'],
    ['act', 'hidden', 'relu'],
  ]);
  const [conv] = report.layers;
  expect(conv?.deadChannels).toEqual([1, 3]);
  expect(conv?.deadUnitFraction).toBeGreaterThanOrEqual(0.5);
  expect(conv?.perChannel.margin[1]).toBeLessThan(-90);
  expect(conv?.perChannel.firingRateBound95[1]).toBeCloseTo(1 - 0.05 ** (1 / 10), 12);
  expect(report.samples).toBe(10);
  expect(report.curve.at(-1)).toEqual({ samples: 10, deadChannels: report.summary.deadChannels });
  expect(report.summary.deadChannels).toBe(2 + report.layers[1]!.deadChannels.length);
  expect(report.summary.advice.join(' ')).toContain(`${report.summary.deadChannels} channels never fired`);
  // The model is as it was.
  expect((model.predict(x) as Tensor).dataSync()).toEqual(before);
  expect(JSON.stringify(model.toJSON(null, false))).toBe(topology);
  model.dispose();
  x.dispose();
});

describe('data', () => {
  let model: tfl.LayersModel;
  let whole: Tensor;
  beforeAll(() => {
    model = cnn();
    whole = data();
  });
  const parts = (): Tensor[] =>
    [0, 4, 8].map((start) => slice(whole, [start, 0, 0, 0], [Math.min(4, 10 - start), 6, 6, 1]));

  test.each<[string, () => Iterable<Batch> | AsyncIterable<Batch>]>([
    ['an array', parts],
    ['{ xs, ys } batches', () => parts().map((xs) => ({ xs, ys: zeros([xs.shape[0]!, 2]) }))],
    [
      'a generator',
      function* () {
        yield* parts();
      },
    ],
    [
      'an async generator',
      async function* () {
        yield* parts();
      },
    ],
  ])('%s gives the report of the whole tensor, and its batches are freed', async (_, make) => {
    const expected = await auditModel(model, whole);
    const report = await expectNoLeak(() => auditModel(model, make()));
    expect(report.layers.map((layer) => layer.statistics.fired)).toEqual(
      expected.layers.map((layer) => layer.statistics.fired),
    );
    expect(report.samples).toBe(10);
  });

  test('that throws in the middle leaves the model as it was, and nothing leaks', async () => {
    const call = model.getLayer('conv').call;
    const before = countTensors();
    async function* broken(): AsyncGenerator<Tensor> {
      yield data();
      throw new Error('disk gone');
    }
    await expect(auditModel(model, broken())).rejects.toThrow('disk gone');
    expect(countTensors()).toEqual(before);
    expect(model.getLayer('conv').call).toBe(call);
    expect(Object.hasOwn(model.getLayer('conv'), 'call')).toBe(false);
    const wrong = zeros([2, 5, 5, 1]);
    await expect(auditModel(model, wrong)).rejects.toThrow();
    wrong.dispose();
    expect(countTensors()).toEqual(before);
  });

  test('that is empty or no data is named', async () => {
    await expect(auditModel(model, [])).rejects.toThrow('`data` must hold one sample at least');
    await expect(auditModel(model, 7 as unknown as Tensor)).rejects.toThrow('Received: 7.');
    await expect(auditModel(model, ['x'] as unknown as Tensor[])).rejects.toThrow(
      '`data` must yield tensors, or { xs, ys }. Received: "x".',
    );
    const [name] = model.inputNames;
    await expectNoLeak(() =>
      expect(auditModel(model, [{ ys: ones([2, 2]) }])).rejects.toThrow(
        `[relumine/dead-neuron-metrics/auditModel] \`data\` must have a tensor for the input '${name}', or be { xs, ys }. Received: tensors for ys.`,
      ),
    );
  });
});

test('functional models: several inputs, a shared layer, a nested model, an advanced activation', async () => {
  const [a, b] = [tfl.input({ shape: [3] }), tfl.input({ shape: [3] })];
  const shared = tfl.layers.dense({ units: 4, activation: 'tanh', name: 'shared' });
  const joined = tfl.layers
    .concatenate()
    .apply([shared.apply(a), shared.apply(b)] as tfl.SymbolicTensor[]) as tfl.SymbolicTensor;
  const inner = tfl.sequential({
    name: 'inner',
    layers: [
      tfl.layers.dense({ inputShape: [8], units: 5, name: 'deep' }),
      tfl.layers.leakyReLU({ alpha: 0.1, name: 'leaky' }),
    ],
  });
  const model = tfl.model({ inputs: [a, b], outputs: inner.apply(joined) as tfl.SymbolicTensor });
  const xs = [randomNormal([6, 3], 0, 1, 'float32', 1), randomNormal([6, 3], 0, 1, 'float32', 2)];
  const report = await auditModel(model, { xs });
  expect(report.layers.map(({ name, path, activation }) => [name, path, activation])).toEqual([
    ['shared', [], 'tanh'],
    ['leaky', ['inner'], 'leakyRelu'],
  ]);
  // Both uses of the shared layer count.
  expect(report.layers[0]?.statistics.samples).toBe(12);
  expect(report.layers[1]?.deadChannels).toEqual([]);
  for (const one of xs) one.dispose();
  model.dispose();
});

test('NaN weights are reported first, never hidden', async () => {
  const model = tfl.sequential({
    layers: [tfl.layers.dense({ inputShape: [2], units: 2, activation: 'relu', name: 'd' })],
  });
  model.getLayer('d').setWeights([
    tensor2d([
      [Number.NaN, 1],
      [1, 1],
    ]),
    tensor1d([0, 0]),
  ]);
  const report = await auditModel(model, ones([3, 2]));
  expect(report.layers[0]?.nonFiniteChannels).toEqual([0]);
  expect(report.layers[0]?.deadChannels).toEqual([]);
  expect(report.summary.nonFiniteLayers).toEqual(['d']);
  expect(report.summary.advice[0]).toContain('NaN or infinity in d');
  model.dispose();
});

test('a model without activations is named', async () => {
  const model = tfl.sequential({ layers: [tfl.layers.dense({ inputShape: [2], units: 2, activation: 'softmax' })] });
  await expect(auditModel(model, ones([1, 2]))).rejects.toThrow(
    'must have a layer with an activation other than linear and softmax',
  );
  model.dispose();
});

test.each([undefined, null, {}, 3])('%s is no model', async (model) => {
  await expect(auditModel(model as never, ones([1, 2]))).rejects.toThrow('must be a LayersModel. Received: ');
  await expect(auditModel(model as never, ones([1, 2]))).rejects.toThrow(
    "For a GraphModel, import from '@relumine/dead-neuron-metrics/graph'.",
  );
});

test('an unknown way with NaN is refused before the data is read', async () => {
  const model = cnn();
  let read = false;
  const unread = (function* () {
    read = true;
    yield data();
  })();
  const options = { nonFinite: 'skip' as never };
  await expect(auditModel(model, unread, options)).rejects.toThrow('`options.nonFinite` must be');
  expect(read).toBe(false);
  expect(() => createChannelStatistics('relu', 2, options)).toThrow('`options.nonFinite` must be');
  model.dispose();
});

test('constant and non-finite input is warned of', async () => {
  const model = cnn();
  const [constant, broken] = [zeros([4, 6, 6, 1]), data()];
  const report = await expectNoLeak(() => auditModel(model, constant));
  expect(report.summary.advice.at(-1)).toContain('Every input value is 0');
  const values = broken.dataSync();
  values[7] = Number.NaN;
  const spoiled = await auditModel(model, { xs: [tensor4d(values, [10, 6, 6, 1])] });
  expect(spoiled.summary.advice[0]).toContain('1 of 360 input values are NaN or infinite');
  const good = data();
  expect((await auditModel(model, good)).summary.advice.join(' ')).not.toContain('input value');
  model.dispose();
});

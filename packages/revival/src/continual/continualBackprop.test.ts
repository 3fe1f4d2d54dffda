import { auditModel } from '@relumine/dead-neuron-metrics/layers';
import { adam, startWasm } from '@relumine/wasm-backend';
import { dispose, fill, oneHot, type Tensor, tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { countTensors } from '@tooling/testing';
import { beforeAll, expect, test } from 'vitest';
import { continualBackprop } from '../layers';
import { functional, images, sequential } from '../networks.testing';

beforeAll(() => startWasm());

function labels(samples: number): Tensor {
  return tidy(() =>
    oneHot(
      tensor1d(
        Array.from({ length: samples }, (_, i) => i % 3),
        'int32',
      ),
      3,
    ),
  );
}

test('in fit, dead channels are the first to go; the layers are left as they were and nothing leaks', async () => {
  const model = sequential();
  const [x, y] = [images(), labels(64)];
  model.compile({ optimizer: adam({ learningRate: 1e-4 }), loss: 'categoricalCrossentropy' });
  const dead = (await auditModel(model, x)).summary.deadChannels;
  expect(dead).toBe(6);
  // The first step makes the optimiser's moments, which stay.
  await model.trainOnBatch(x, y);
  const before = countTensors();
  const callback = continualBackprop({ replacementRate: 0.05, maturity: 4, seed: 1 });
  await model.fit(x, y, { batchSize: 16, epochs: 8, shuffle: false, verbose: 0, callbacks: callback });
  expect(countTensors()).toEqual(before);
  expect(callback.layers).toEqual(['conv1', 'act2', 'hidden']);
  const first = (layer: string, count: number) =>
    callback.replaced
      .filter((one) => one.layer === layer)
      .flatMap(({ channels }) => channels)
      .slice(0, count)
      .sort();
  expect(first('conv1', 2)).toEqual([1, 4]);
  expect(first('act2', 1)).toEqual([0]);
  expect(first('hidden', 3)).toEqual([2, 3, 6]);
  expect((await auditModel(model, x)).summary.deadChannels).toBe(0);
  for (const layer of model.layers) expect(Object.hasOwn(layer, 'call')).toBe(false);
  dispose([x, y]);
  model.optimizer.dispose();
  model.dispose();
});

test('replaces exactly the share that was asked for, saved up to whole channels, of those that are mature', async () => {
  const model = sequential();
  const [x, y] = [images(16), labels(16)];
  model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' });
  const callback = continualBackprop({ replacementRate: 0.02, maturity: 10, seed: 1 });
  callback.attach(model);
  for (let i = 0; i < 19; i++) {
    await model.trainOnBatch(x, y);
    await callback.afterStep();
  }
  callback.detach();
  // hidden: 7 channels · 0.02 from the 11th step on: 0.14 a step reaches 1 in the 8th of them.
  const hidden = callback.replaced.filter(({ layer }) => layer === 'hidden');
  expect(hidden.map(({ step, channels }) => [step, channels.length])).toEqual([[17, 1]]);
  dispose([x, y]);
  model.dispose();
});

test('of living channels the one whose outgoing weights are smallest goes first, and its mean is folded into the next bias', async () => {
  const model = sequential();
  const [hidden, out] = [model.getLayer('hidden'), model.getLayer('out')];
  const [kernel] = hidden.getWeights() as [Tensor, Tensor];
  // Biases that let every channel live, and put out much the same for every image.
  hidden.setWeights([kernel, fill([7], 50)]);
  const [outgoing, bias] = out.getWeights() as [Tensor, Tensor];
  const weights = Float32Array.from(outgoing.dataSync(), (v, i) => (Math.floor(i / 3) === 5 ? 0.01 * Math.sign(v) : v));
  out.setWeights([tensor2d(weights, [7, 3]), bias]);
  const [x, y] = [images(32), labels(32)];
  model.compile({ optimizer: adam({ learningRate: 0 }), loss: 'categoricalCrossentropy' });
  const callback = continualBackprop({ replacementRate: 0.1, maturity: 3, seed: 1 });
  callback.attach(model);
  const mean = tidy(() => {
    const part = tfl.model({ inputs: model.inputs, outputs: hidden.output as tfl.SymbolicTensor });
    const h = (part.predict(x) as Tensor).dataSync() as Float32Array;
    return h.reduce((sum, value, i) => sum + (i % 7 === 5 ? value : 0), 0) / 32;
  });
  while (!callback.replaced.some(({ layer }) => layer === 'hidden')) {
    await model.trainOnBatch(x, y);
    await callback.afterStep();
  }
  callback.detach();
  expect(callback.replaced.find(({ layer }) => layer === 'hidden')!.channels).toEqual([5]);
  const folded = [...out.getWeights()[1]!.dataSync()];
  folded.forEach((value, j) => {
    // The bias was 0.
    expect(value).toBeCloseTo(mean * weights[15 + j]!, 4);
  });
  dispose([x, y]);
  model.optimizer.dispose();
  model.dispose();
});

test('equal seeds replace alike; sums, shared layers and outputs are left out', async () => {
  const run = async (seed: number): Promise<number[]> => {
    const model = functional();
    const [x, y] = [images(16), labels(16)];
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const callback = continualBackprop({ replacementRate: 0.3, maturity: 1, seed });
    await model.fit(x, y, { batchSize: 16, epochs: 6, verbose: 0, shuffle: false, callbacks: callback });
    // Behind 'a' stands batch norm with weights, 'sum_act' is read by 'd' and, through the concatenation, by 'out'.
    expect(callback.layers).toEqual(['sum_act', 'd']);
    const weights = model.getWeights().flatMap((w) => [...w.dataSync()]);
    dispose([x, y]);
    model.dispose();
    return weights;
  };
  const [first, again, other] = [await run(1), await run(1), await run(2)];
  expect(again.every((value, i) => value === first[i])).toBe(true);
  expect(other.every((value, i) => value === first[i])).toBe(false);
});

test('wrong options are named', () => {
  expect(() => continualBackprop({ seed: 1, replacementRate: 2 })).toThrow(
    '[relumine/revival/continualBackprop] `options.replacementRate`',
  );
  expect(() => continualBackprop({ seed: 1, decay: 1 })).toThrow('`options.decay`');
  expect(() => continualBackprop({ seed: 1, maturity: 0 })).toThrow('`options.maturity`');
  expect(() => continualBackprop({ seed: Number.NaN })).toThrow('`seed`');
});

import { startWasm } from '@relumine/wasm-backend';
import { dispose, randomNormal, type Tensor, train } from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { countTensors, expectTensorClose, useBackend } from '@tooling/testing';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { spectralNormalization } from '../layers';

const seeded = (seed: number, stddev = 1) => tfl.initializers.randomNormal({ stddev, seed });

type DenseArgs = Partial<Parameters<typeof tfl.layers.dense>[0]>;

/** Two wrapped layers, so that a gradient passes through one of them to the other. */
function network(dense: DenseArgs, options: object): { model: tfl.Sequential; inner: tfl.layers.Layer[] } {
  const inner = [
    tfl.layers.dense({ units: 20, kernelInitializer: seeded(1), biasInitializer: seeded(2, 0.3), ...dense }),
    tfl.layers.dense({ units: 16, kernelInitializer: seeded(3), biasInitializer: seeded(4, 0.3), ...dense }),
  ];
  const model = tfl.sequential();
  for (const [i, layer] of inner.entries())
    model.add(spectralNormalization({ layer, seed: i, ...options, ...(i === 0 ? { inputShape: [50] } : {}) } as never));
  model.compile({ optimizer: train.sgd(0.05), loss: 'meanSquaredError' });
  return { model, inner };
}

/** An own `call`, as whoever looks at a layer gives it, leads to the layer's own way with the divided kernel. */
function withOwnCall(layer: tfl.layers.Layer): void {
  const call = layer.call.bind(layer);
  layer.call = vi.fn(call);
}

const cases: [name: string, dense: DenseArgs, options: object, batch: number][] = [
  ['linear', {}, {}, 16],
  ['relu', { activation: 'relu' }, {}, 16],
  ['no bias', { activation: 'tanh', useBias: false }, {}, 3],
  ['softmax', { activation: 'softmax' }, { target: 1.5 }, 16],
  ['three steps of iteration', { activation: 'relu' }, { powerIterations: 3 }, 7],
  ['small enough to stay', {}, { onlyIfLarger: true, target: 100 }, 16],
  ['a zero kernel', { kernelInitializer: 'zeros' }, {}, 16],
  ['more samples than units', { activation: 'relu' }, {}, 18],
];

describe.each([
  ['cpu', () => useBackend('cpu') as Promise<unknown>],
  ['wasm', () => startWasm() as Promise<unknown>],
])('dense layers on %s', (_, start) => {
  beforeEach(async () => {
    await start();
  });

  test.each(cases)('%s: as with the divided kernel, in training and after it', async (_name, dense, options, batch) => {
    const [one, other] = [network(dense, options), network(dense, options)];
    other.inner.forEach(withOwnCall);
    const [x, y] = [
      randomNormal([batch, 50], 0, 1, 'float32', 5),
      randomNormal([batch, 16], 0, 1, 'float32', 6),
    ] as const;
    const steps = async ({ model }: typeof one): Promise<number[]> => {
      const losses: number[] = [];
      for (let k = 0; k < 4; k++) losses.push((await model.trainOnBatch(x, y)) as number);
      return losses;
    };
    const tensors = countTensors();
    const found = await steps(one);
    expect(countTensors()).toEqual(tensors);
    expectTensorClose(found, await steps(other), { relative: 1e-5 });
    for (const layer of other.inner) expect(layer.call).toHaveBeenCalled();
    const weights = other.model.getWeights();
    for (const [i, weight] of one.model.getWeights().entries())
      expectTensorClose(weight, weights[i]!.dataSync(), { relative: 1e-5, absolute: 2e-6 });
    const outputs = [one, other].map(({ model }) => model.predict(x) as Tensor);
    expectTensorClose(outputs[0]!, outputs[1]!.dataSync(), { relative: 1e-5, absolute: 2e-6 });
    dispose([x, y, ...outputs]);
    for (const { model } of [one, other]) model.dispose();
  });
});

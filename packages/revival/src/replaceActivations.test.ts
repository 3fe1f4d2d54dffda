import { startWasm } from '@relumine/wasm-backend';
import { dispose, type Tensor, zeros } from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { countTensors, maxRelativeToLargest } from '@tooling/testing';
import { beforeAll, expect, test } from 'vitest';
import { replaceActivations } from './layers';
import { functional, images, sequential } from './networks.testing';

beforeAll(() => startWasm());

const outputs = (model: tfl.LayersModel, x: Tensor): Float32Array =>
  (model.predict(x) as Tensor).dataSync() as Float32Array;

test.each([
  ['sequential', sequential, ['conv1_activation', 'act2', 'hidden_activation']],
  ['functional', functional, ['a_activation', 'sum_act', 'd_activation']],
] as const)('%s: all weights are kept; with slope 0 nothing changes, with 0.25 it does', async (_, make, names) => {
  const model = make();
  const x = images(8);
  const same = await replaceActivations(model, { name: 'prelu', initialSlope: 0 });
  expect(same.replaced).toEqual(names);
  expect(maxRelativeToLargest(outputs(same.model, x), outputs(model, x))).toBeLessThan(1e-6);
  const leaky = await replaceActivations(model, 'prelu');
  expect(maxRelativeToLargest(outputs(leaky.model, x), outputs(model, x))).toBeGreaterThan(1e-3);
  expect(leaky.model.layers.at(-1)?.getConfig().activation).toBe(model.layers.at(-1)?.getConfig().activation);
  for (const one of [model, same.model, leaky.model]) one.dispose();
});

test.each([0.25, 0.01, 0])(
  'a PReLU starts at slope %f for every channel, and its slopes are weights that learn',
  async (slope) => {
    const model = sequential();
    // Biases of −1000, with which this network's channels are killed, would saturate the softmax through a slope.
    for (const name of ['conv1', 'conv2', 'hidden']) {
      const [kernel, bias] = model.getLayer(name).getWeights();
      model.getLayer(name).setWeights([kernel!, zeros(bias!.shape)]);
    }
    const x = images(8);
    const { model: changed, replaced } = await replaceActivations(model, { name: 'prelu', initialSlope: slope });
    const slopes = (): Float32Array =>
      Float32Array.from(replaced.flatMap((name) => [...changed.getLayer(name).getWeights()[0]!.dataSync()]));
    expect(slopes()).toEqual(new Float32Array(slopes().length).fill(slope));
    expect(changed.trainableWeights.length).toBe(model.trainableWeights.length + replaced.length);
    changed.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const y = zeros([8, 3]);
    await changed.trainOnBatch(x, y);
    expect(slopes().some((value) => value !== Math.fround(slope))).toBe(true);
    for (const one of [model, changed]) one.dispose();
    dispose([x, y]);
  },
);

test('the activation inside a recurrent cell stays', async () => {
  const model = tfl.sequential();
  const weights = { kernelInitializer: 'glorotNormal', recurrentInitializer: 'glorotNormal' } as const;
  model.add(tfl.layers.simpleRNN({ inputShape: [4, 3], units: 5, ...weights, name: 'cell' }));
  model.add(tfl.layers.dense({ units: 4, activation: 'relu', name: 'hidden' }));
  model.add(tfl.layers.dense({ units: 2 }));
  const { model: changed, replaced } = await replaceActivations(model, 'elu');
  expect(replaced).toEqual(['hidden_activation']);
  expect(changed.getLayer('cell').getConfig().activation).toBe('tanh');
  for (const one of [model, changed]) one.dispose();
});

test('an unknown activation is named', async () => {
  await expect(replaceActivations(sequential(), 'rellu' as 'relu')).rejects.toThrow("Did you mean 'relu'?");
});

test('an activation may be the first layer', async () => {
  const model = tfl.sequential();
  model.add(tfl.layers.activation({ activation: 'relu', inputShape: [3], name: 'first' }));
  model.add(tfl.layers.dense({ units: 2 }));
  const { model: changed, replaced } = await replaceActivations(model, 'leakyRelu');
  expect(replaced).toEqual(['first']);
  expect(changed.inputs[0]!.shape).toEqual([null, 3]);
  for (const one of [model, changed]) one.dispose();
});

test.each(['crelu', 'glu', 'CReLU'])(
  '%s, which changes the number of channels, is refused before anything is made',
  async (name) => {
    const model = sequential();
    const before = countTensors();
    await expect(replaceActivations(model, name as 'crelu')).rejects.toThrow(
      `[relumine/revival/replaceActivations] \`replacement\` must keep the number of channels, so that all weights can stay. Received: "${name}".`,
    );
    expect(countTensors()).toEqual(before);
    model.dispose();
  },
);

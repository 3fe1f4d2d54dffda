import { auditModel } from '@relumine/dead-neuron-metrics/layers';
import { startWasm } from '@relumine/wasm-backend';
import { dispose, mul, ones, serialization, type Tensor } from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { countTensors } from '@tooling/testing';
import { beforeAll, expect, test } from 'vitest';
import { previewQuantization, removeDeadChannels, repairNetwork, replaceActivations } from './layers';

class Double extends tfl.layers.Layer {
  static readonly className = 'Double';
  override call(inputs: Tensor | Tensor[]): Tensor {
    return mul([inputs].flat()[0]!, 2);
  }
}

beforeAll(() => startWasm());

test('a layer whose class is not registered is named, and nothing is left of what was made; registered, it goes along', async () => {
  const model = tfl.sequential({
    layers: [
      tfl.layers.dense({ inputShape: [3], units: 4, activation: 'relu' }),
      new Double({}),
      tfl.layers.dense({ units: 2 }),
    ],
  });
  const x = ones([2, 3]);
  const report = await auditModel(model, x);
  const calls = {
    removeDeadChannels: () => removeDeadChannels(model, { ...report, layers: [] }),
    replaceActivations: () => replaceActivations(model, 'elu'),
    previewQuantization: () => previewQuantization(model, x, { bits: 8, granularity: 'tensor' }),
    repairNetwork: () => repairNetwork(model, x, { seed: 1 }),
  };
  const before = countTensors();
  for (const [name, call] of Object.entries(calls))
    await expect(call()).rejects.toThrow(
      `[relumine/revival/${name}] \`model\` must be one that tfjs can make again from its own toJSON(). Received: Unknown layer: Double. Register the classes of your own layers first: tf.serialization.registerClass(MyLayer).`,
    );
  expect(countTensors()).toEqual(before);

  serialization.registerClass(Double);
  const { model: leaky } = await replaceActivations(model, 'leakyRelu');
  expect(leaky.layers.map((layer) => layer.getClassName())).toEqual(['Dense', 'RelumineActivation', 'Double', 'Dense']);
  for (const one of [model, leaky]) one.dispose();
  dispose(x);
});

import { startWasm } from '@relumine/wasm-backend';
import { randomNormal, randomUniform, reshape, type Tensor, tensor1d, transpose } from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expectNoLeak, useBackend } from '@tooling/testing';
import { describe, expect, test } from 'vitest';
import { auditModel, deadNeuronMonitor } from '../layers';

type Format = 'channelsFirst' | 'channelsLast';

/** A fused activation, a batch-normalised one and a PReLU with a slope of 0, over maps that are not square. */
function network(dataFormat: Format, normalized: boolean): tfl.LayersModel {
  const { layers, sequential } = tfl;
  const last = dataFormat === 'channelsLast';
  const conv = (name: string, filters: number, rest: object = {}): tfl.layers.Layer =>
    layers.conv2d({ name, filters, kernelSize: 3, dataFormat, ...rest });
  const model = sequential({
    layers: [
      conv('fused', 4, { inputShape: last ? [9, 8, 2] : [2, 9, 8], activation: 'relu' }),
      conv('plain', 3),
      ...(normalized ? [layers.batchNormalization({ axis: last ? 3 : 1 })] : []),
      layers.activation({ activation: 'sigmoid', name: 'normed' }),
      conv('before', 3),
      layers.prelu({ name: 'slopes', sharedAxes: last ? [1, 2] : [2, 3] }),
      layers.globalAveragePooling2d({ dataFormat }),
      layers.dense({ units: 2, activation: 'softmax' }),
    ],
  });
  const kernel = randomNormal([3, 3, 2, 4], 0, 1, 'float32', 1);
  model.getLayer('fused').setWeights([kernel, tensor1d([0, -100, 0, -1])]);
  model.getLayer('plain').setWeights([randomNormal([3, 3, 4, 3], 0, 1, 'float32', 2), tensor1d([0, 0, 0])]);
  model.getLayer('before').setWeights([randomNormal([3, 3, 3, 3], 0, 1, 'float32', 3), tensor1d([-100, -100, 0])]);
  const slopes = tensor1d([0, 0.25, 0]);
  model.getLayer('slopes').setWeights([reshape(slopes, last ? [1, 1, 3] : [3, 1, 1])]);
  return model;
}

const images = (): Tensor => randomUniform([6, 9, 8, 2], -1, 1, 'float32', 4);

const start = { cpu: () => useBackend('cpu'), wasm: startWasm };

describe.each(['cpu', 'wasm'] as const)('on %s, a network with its channels first', (backend) => {
  test('has the report of the same network with its channels last', async () => {
    await start[backend]();
    const x = images();
    const [last, first] = [network('channelsLast', true), network('channelsFirst', true)];
    const expected = await auditModel(last, x);
    const turned = transpose(x, [0, 3, 1, 2]);
    const found = await expectNoLeak(() => auditModel(first, turned));
    expect(expected.layers.map(({ channels, deadChannels }) => [channels, deadChannels])).toEqual([
      [4, [1]],
      [3, []],
      [3, [0]],
    ]);
    for (const [i, layer] of expected.layers.entries()) {
      const { perChannel, statistics: _, ...rest } = found.layers[i]!;
      expect(rest).toEqual({ ...layer, perChannel: undefined, statistics: undefined });
      expect(perChannel.firingRate).toEqual(layer.perChannel.firingRate);
      for (const [c, margin] of layer.perChannel.margin.entries()) expect(perChannel.margin[c]).toBeCloseTo(margin!, 4);
    }
  });

  test('is watched channel by channel while it trains', async () => {
    await start[backend]();
    // tfjs has no gradient of a batch norm over any axis but the last.
    const model = network('channelsFirst', false);
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const monitor = deadNeuronMonitor();
    const x = transpose(images(), [0, 3, 1, 2]);
    await model.fit(x, randomUniform([6, 2]), { epochs: 1, verbose: 0, callbacks: monitor });
    expect(monitor.history.steps[0]!.layers.map(({ name, deadChannels }) => [name, deadChannels])).toEqual([
      ['fused', [1]],
      ['normed', []],
      ['slopes', [0]],
    ]);
  });
});

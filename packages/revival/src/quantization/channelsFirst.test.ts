import { startWasm } from '@relumine/wasm-backend';
import { randomNormal, randomUniform, transpose } from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import { previewQuantization } from '../layers';

/** Maps that are not square, and as wide as there are channels in no layer. */
function network(dataFormat: 'channelsFirst' | 'channelsLast'): tfl.LayersModel {
  const last = dataFormat === 'channelsLast';
  const { conv2d, reLU, globalAveragePooling2d, dense } = tfl.layers;
  const model = tfl.sequential({
    layers: [
      conv2d({ filters: 4, kernelSize: 3, dataFormat, inputShape: last ? [9, 8, 2] : [2, 9, 8], activation: 'relu' }),
      conv2d({ filters: 3, kernelSize: 3, dataFormat }),
      reLU(),
      globalAveragePooling2d({ dataFormat }),
      dense({ units: 2 }),
    ],
  });
  model.setWeights(model.getWeights().map(({ shape }, i) => randomNormal(shape, 0, 0.5, 'float32', i + 1)));
  return model;
}

test.each(['tensor', 'channel'] as const)(
  'a network with its channels first is quantised as with its channels last, one scale for each %s',
  async (granularity) => {
    await startWasm();
    const x = randomUniform([8, 9, 8, 2], -1, 1, 'float32', 9);
    const options = { bits: 4, granularity, activationBits: 4, activationGranularity: granularity } as const;
    const expected = await previewQuantization(network('channelsLast'), x, options);
    const found = await previewQuantization(network('channelsFirst'), transpose(x, [0, 3, 1, 2]), options);
    expect(found.layers.map(({ layer: _, ...rest }) => rest)).toEqual(
      expected.layers.map(({ layer: _, ...rest }) => rest),
    );
    // Biases are corrected where the channels come last.
    for (const name of ['weights', 'activations', 'both'] as const)
      expect(found.variants[name].maxDifference).toBeCloseTo(expected.variants[name].maxDifference, 3);
  },
);

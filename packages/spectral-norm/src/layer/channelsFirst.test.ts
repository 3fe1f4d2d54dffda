import { randomNormal, type Tensor, tidy, transpose } from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { maxRelativeToLargest, useBackend } from '@tooling/testing';
import { expect, test } from 'vitest';
import { spectralNormalization } from '../layers';

test.each(['same', 'valid', 'circular', 'reshaped'] as const)(
  'norm %s of a layer with its channels first is that of one with its channels last',
  async (norm) => {
    await useBackend('cpu');
    const x = randomNormal([2, 6, 5, 3], 0, 1, 'float32', 1);
    const outputs = (['channelsLast', 'channelsFirst'] as const).map((dataFormat) => {
      const last = dataFormat === 'channelsLast';
      const layer = tfl.layers.conv2d({
        filters: 4,
        kernelSize: 3,
        padding: norm === 'valid' ? 'valid' : 'same',
        useBias: false,
        kernelInitializer: tfl.initializers.glorotNormal({ seed: 2 }),
        dataFormat,
      });
      const wrapper = spectralNormalization({ layer, norm, seed: 1 });
      const model = tfl.sequential({
        layers: [tfl.layers.inputLayer({ inputShape: last ? [6, 5, 3] : [3, 6, 5] }), wrapper],
      });
      return tidy(() => {
        const y = model.predict(last ? x : transpose(x, [0, 3, 1, 2])) as Tensor;
        return (last ? y : transpose(y, [0, 2, 3, 1])).dataSync() as Float32Array;
      });
    });
    expect(maxRelativeToLargest(outputs[1]!, outputs[0]!)).toBeLessThan(1e-5);
  },
);

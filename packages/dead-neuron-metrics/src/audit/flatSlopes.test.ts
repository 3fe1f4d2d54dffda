import { activationLayer } from '@relumine/activations/layers';
import { ones, type Tensor, tensor1d, tensor2d, tensor3d, tensor4d } from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expectNoLeak, useBackend } from '@tooling/testing';
import { beforeAll, expect, test } from 'vitest';
import { auditModel } from '../layers';

beforeAll(() => useBackend('cpu'));

const dead = async (layer: tfl.layers.Layer, slopes: Tensor, x: Tensor): Promise<[number[], number]> => {
  const model = tfl.sequential({ layers: [layer] });
  layer.setWeights([slopes]);
  const report = await expectNoLeak(() => auditModel(model, x));
  const [{ deadChannels, deadUnitFraction }] = report.layers as [(typeof report.layers)[0]];
  model.dispose();
  return [deadChannels, deadUnitFraction];
};

test('a PReLU channel whose slope is 0 is dead where it is never positive; one with a slope, or a positive z, is not', async () => {
  const x = tensor2d([
    [-1, -2, -3, 1],
    [-2, -1, -1, -1],
  ]);
  const slopes = tensor1d([0, 0.25, 0, 0]);
  expect(await dead(tfl.layers.prelu({ inputShape: [4] }), slopes, x)).toEqual([[0, 2], 0.5]);
  const own = activationLayer({ name: 'prelu', inputShape: [4] }) as unknown as tfl.layers.Layer;
  expect(await dead(own, slopes, x)).toEqual([[0, 2], 0.5]);
});

test('a slope for each unit: a channel is dead where all of its units are', async () => {
  const x = tensor4d([-1, -1, -1, -1, -2, -2, -2, -2], [1, 2, 2, 2]);
  // Of channel 0 every slope is 0, of channel 1 one of four is not.
  const slopes = tensor3d([0, 0, 0, 0.1, 0, 0, 0, 0], [2, 2, 2]);
  expect(await dead(tfl.layers.prelu({ inputShape: [2, 2, 2] }), slopes, x)).toEqual([[0], 7 / 8]);
  const shared = ones([1, 1, 2]);
  expect(await dead(tfl.layers.prelu({ inputShape: [2, 2, 2], sharedAxes: [1, 2] }), shared, x)).toEqual([[], 0]);
});

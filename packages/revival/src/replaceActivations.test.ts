import { startWasm } from '@relumine/wasm-backend';
import type { Tensor } from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { maxRelativeToLargest } from '@tooling/testing';
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

test('an unknown activation is named', async () => {
  await expect(replaceActivations(sequential(), 'rellu' as 'relu')).rejects.toThrow("Did you mean 'relu'?");
});

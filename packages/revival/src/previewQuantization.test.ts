import { startWasm } from '@relumine/wasm-backend';
import { ones, type Tensor, tensor, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { countTensors } from '@tooling/testing';
import { beforeAll, expect, test } from 'vitest';
import { fakeQuantizeValues } from './index';
import { previewQuantization } from './layers';

beforeAll(() => startWasm());

test('a value survives exactly if it reaches half a step: max_c against max / 510 for uint8, max / 254 for int8, / 14 for int4', () => {
  for (const [bits, signed, levels] of [
    [8, false, 510],
    [8, true, 254],
    [4, true, 14],
  ] as const) {
    const edge = 1 / levels;
    const [below, at, , above] = fakeQuantizeValues(Float32Array.of(edge * 0.9999, edge * 1.0001, 1, edge * 1.5), 1, {
      bits,
      granularity: 'tensor',
      signed,
    });
    expect([below === 0, at !== 0, above !== 0]).toEqual([true, true, true]);
  }
});

test('all-zero channels stay zero, NaN stays NaN, channel scales are independent', () => {
  const options = { bits: 8, granularity: 'channel', signed: true } as const;
  const out = fakeQuantizeValues(Float32Array.of(0, 1e-6, 0, -2e-6), 2, options);
  expect([out[0], out[2], out[3]]).toEqual([0, 0, Math.fround(-2e-6)]);
  expect(Math.abs(out[1]! - 1e-6)).toBeLessThanOrEqual((1.001 * 1e-6) / 127);
  expect(fakeQuantizeValues(Float32Array.of(Number.NaN, 1), 1, options)[0]).toBeNaN();
});

/** Channel 1 has a kernel 1,000 times smaller than channel 0's, channel 2 an activation that is tiny. */
function network(): tfl.LayersModel {
  const model = tfl.sequential();
  model.add(tfl.layers.dense({ inputShape: [2], units: 3, activation: 'relu', name: 'hidden' }));
  model.add(tfl.layers.dense({ units: 2, name: 'out', kernelInitializer: 'ones' }));
  model.getLayer('hidden').setWeights([
    tensor2d([
      [1, 1e-3, 0.1],
      [1, 1e-3, 0.1],
    ]),
    tensor1d([0, 0, -0.1995]),
  ]);
  return model;
}

test('names what dies of the weights and what would save it, and what dies of the activations', async () => {
  const model = network();
  const x = ones([4, 2]);
  const before = countTensors();
  const preview = await previewQuantization(model, x, { bits: 8, granularity: 'tensor' });
  expect(countTensors()).toEqual(before);
  expect(preview.layers[0]).toMatchObject({
    layer: 'hidden',
    diedFromWeights: [1],
    savedByChannelScales: [1],
    zeroKernels: [1],
    diedFromActivations: [1, 2],
  });
  expect(preview.accuracy).toBeNull();
  const perChannel = await previewQuantization(model, x, { bits: 8, granularity: 'channel' });
  expect(perChannel.layers[0]).toMatchObject({ diedFromWeights: [], zeroKernels: [] });
});

test('with labels, accuracy before and after', async () => {
  const model = network();
  const [xs, ys] = [
    tensor([
      [1, 1],
      [2, 1],
    ]),
    tensor([
      [1, 0],
      [1, 0],
    ]),
  ] as [Tensor, Tensor];
  const { accuracy } = await previewQuantization(model, { xs, ys }, { bits: 4, granularity: 'channel' });
  expect(accuracy).toEqual({ before: 1, after: 1 });
});

test('wrong options are named', async () => {
  const model = network();
  await expect(previewQuantization(model, ones([1, 2]), { bits: 1, granularity: 'tensor' })).rejects.toThrow(
    '[relumine/revival/previewQuantization] `bits` must be an integer from 2 to 16. Received: 1.',
  );
});

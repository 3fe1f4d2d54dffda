import { auditModel } from '@relumine/dead-neuron-metrics/layers';
import { startWasm } from '@relumine/wasm-backend';
import { mean, ones, type Tensor, tensor, tensor1d, tensor2d, tidy, zeros } from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { countTensors } from '@tooling/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { fakeQuantizeValues } from '../index';
import { previewQuantization } from '../layers';
import { functional, images, sequential } from '../networks.testing';
import { ActivationQuantizer } from './activationQuantizer';
import { correctBiases } from './correctBiases';
import { quantizedCopy } from './quantizedCopy';

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

/** One dense layer whose kernel is `weights`, on inputs of 1: z of channel c is weights[c]. */
function lone(weights: readonly number[]): tfl.LayersModel {
  const model = tfl.sequential();
  model.add(tfl.layers.dense({ inputShape: [1], units: weights.length, activation: 'relu', name: 'hidden' }));
  model.add(tfl.layers.dense({ units: 1, kernelInitializer: 'ones', name: 'out' }));
  model.getLayer('hidden').setWeights([tensor2d([...weights], [1, weights.length]), zeros([weights.length])]);
  return model;
}

describe('the exact conditions of death by quantisation', () => {
  test.each([
    [8, 254],
    [4, 14],
  ])(
    'int%i weights with one scale: a filter becomes 0 exactly below max / %i, and never with its own scale',
    async (bits, levels) => {
      const model = lone([1, 0.999 / levels, 1.001 / levels, 0]);
      const x = ones([2, 1]);
      const preview = await previewQuantization(model, x, { bits, granularity: 'tensor', biasCorrection: false });
      expect(preview.layers[0]).toMatchObject({
        zeroKernels: [1],
        diedFromWeights: [1],
        savedByChannelScales: [1],
      });
      const own = await previewQuantization(model, x, { bits, granularity: 'channel', biasCorrection: false });
      expect(own.layers[0]).toMatchObject({ zeroKernels: [], diedFromWeights: [] });
      expect(own.variants.corrected).toBeNull();
    },
  );

  test('uint8 activations with one scale: a channel becomes 0 exactly below max / 510, and never with its own scale', async () => {
    const model = lone([1, 0.999 / 510, 1.001 / 510, 1 / 510, -1]);
    const x = ones([2, 1]);
    const preview = await previewQuantization(model, x, { bits: 16, granularity: 'channel' });
    // Half a step rounds up; the last channel was dead before.
    expect(preview.layers[0]).toMatchObject({
      diedFromActivations: [1],
      savedByChannelActivationScales: [1],
      clippedFraction: 0,
    });
    const own = await previewQuantization(model, x, {
      bits: 16,
      granularity: 'channel',
      activationGranularity: 'channel',
    });
    expect(own.layers[0]!.diedFromActivations).toEqual([]);
  });

  test('signed activations, as behind a leaky ReLU, have half the levels: max / 254', async () => {
    const model = tfl.sequential();
    model.add(tfl.layers.dense({ inputShape: [1], units: 4, name: 'hidden' }));
    model.add(tfl.layers.leakyReLU({ alpha: 0.1, name: 'leaky' }));
    model.add(tfl.layers.dense({ units: 1, kernelInitializer: 'ones' }));
    model.getLayer('hidden').setWeights([tensor2d([1, 0.999 / 254, 1.001 / 254, -0.5], [1, 4]), zeros([4])]);
    const preview = await previewQuantization(model, ones([2, 1]), { bits: 16, granularity: 'channel' });
    expect(preview.layers[0]!.diedFromActivations).toEqual([1]);
  });
});

test('ranges of other data: what lies beyond is clipped, and a channel that only varies beyond saturates', async () => {
  const model = lone([1, 0.5]);
  const [calibration, x] = [ones([2, 1]), tensor2d([2, 3], [2, 1])];
  const preview = await previewQuantization(model, x, { bits: 8, granularity: 'channel', calibration });
  // Of the four activations 2, 3, 1 and 1.5 the range [0, 1] holds one.
  expect(preview.layers[0]).toMatchObject({
    saturatedByActivations: [0, 1],
    diedFromActivations: [],
    clippedFraction: 0.75,
  });
  expect(preview.variants.activations.maxDifference).toBeGreaterThan(0.3);
});

test('bias correction gives the outputs of a quantised copy their means back', async () => {
  const model = functional();
  const x = images();
  const report = await auditModel(model, x);
  const { copy } = await quantizedCopy('revival/previewQuantization', model, { bits: 3, granularity: 'tensor' });
  const means = (one: tfl.LayersModel): number[] => tidy(() => [...mean(one.predict(x) as Tensor, 0).dataSync()]);
  const quantizer = new ActivationQuantizer(copy, report, 8, 'tensor');
  const [wanted, before] = [means(model), means(copy)];
  const tensors = countTensors();
  expect(await correctBiases(model, copy, x, quantizer)).toEqual(['a', 'norm', 'deep', 'b', 'c', 'd', 'out']);
  expect(countTensors()).toEqual(tensors);
  const after = means(copy);
  const distance = (values: readonly number[]): number =>
    Math.max(...values.map((value, i) => Math.abs(value - wanted[i]!))) / Math.max(...wanted.map(Math.abs));
  expect(distance(before)).toBeGreaterThan(0.05);
  expect(distance(after)).toBeLessThan(1e-5);
  quantizer.detach();
  for (const one of [model, copy]) one.dispose();
  x.dispose();
});

test('with bias correction the preview comes nearer to the float network, and leaks nothing', async () => {
  const model = sequential();
  const x = images();
  const tensors = countTensors();
  const { both, corrected } = (await previewQuantization(model, x, { bits: 3, granularity: 'tensor' })).variants;
  expect(countTensors()).toEqual(tensors);
  expect(corrected!.maxDifference).toBeLessThan(both.maxDifference);
  x.dispose();
  model.dispose();
});

test('with more bits the outputs come as near as one likes; the model is unchanged', async () => {
  const model = functional();
  const x = images();
  const weights = model.getWeights().map((w) => w.dataSync());
  const differences: number[] = [];
  for (const bits of [4, 8, 12, 16])
    differences.push(
      (
        await previewQuantization(model, x, {
          bits,
          activationBits: bits,
          granularity: 'channel',
          biasCorrection: false,
        })
      ).variants.both.maxDifference,
    );
  expect(differences).toEqual([...differences].sort((a, b) => b - a));
  expect(differences[0]).toBeGreaterThan(1e-2);
  expect(differences[3]).toBeLessThan(1e-3);
  expect(model.getWeights().map((w) => w.dataSync())).toEqual(weights);
  for (const layer of model.layers) expect(Object.hasOwn(layer, 'call')).toBe(false);
});

test('with labels, accuracy in float and quantised', async () => {
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
  const preview = await previewQuantization(model, { xs, ys }, { bits: 4, granularity: 'channel' });
  expect(preview.accuracy).toEqual({ before: 1, after: 1 });
  expect(preview.variants.corrected!.accuracy).toBe(1);
});

test('wrong options are named', async () => {
  const model = network();
  const preview = (options: object, data: unknown = ones([1, 2])) =>
    previewQuantization(model, data as Tensor, { bits: 8, granularity: 'tensor', ...options });
  await expect(preview({ bits: 1 })).rejects.toThrow(
    '[relumine/revival/previewQuantization] `bits` must be an integer from 2 to 16. Received: 1.',
  );
  await expect(preview({ bits: 17 })).rejects.toThrow('`bits`');
  await expect(preview({ activationBits: 8.5 })).rejects.toThrow('`activationBits` must be an integer from 2 to 16');
  await expect(preview({ granularity: 'row' })).rejects.toThrow("`granularity` must be 'tensor' or 'channel'");
  await expect(preview({ activationGranularity: 'row' })).rejects.toThrow('`options.activationGranularity`');
  await expect(preview({}, ones([1, 3]))).rejects.toThrow('`data` must have the shape [samples, 2]');
  await expect(preview({ calibration: ones([1, 3]) })).rejects.toThrow('`options.calibration` must have the shape');
  await expect(preview({}, { xs: ones([2, 2]), ys: ones([3, 2]) })).rejects.toThrow('`data.ys` must have a row');
});

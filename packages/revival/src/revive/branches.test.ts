import { auditModel } from '@relumine/dead-neuron-metrics/layers';
import { mobileNet, resNet } from '@relumine/models';
import { startWasm } from '@relumine/wasm-backend';
import { abs, max, randomUniform, slice, type Tensor, tensor1d, tidy } from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { countTensors, maxRelativeToLargest } from '@tooling/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { reviveChannels } from '../layers';
import { images, kill } from '../networks.testing';

beforeAll(() => startWasm());

const outputs = (model: tfl.LayersModel, x: Tensor): Float32Array =>
  tidy(() => (model.predict(x) as Tensor).dataSync() as Float32Array);
const small = { inputShape: [8, 8, 1], classes: 3 };
const batch = (): Tensor => randomUniform([32, 8, 8, 1], 0, 1, 'float32', 3);

/** Lets batch norm's shift outweigh everything. */
function silence(model: tfl.LayersModel, name: string, channels: readonly number[]): void {
  const layer = model.getLayer(name);
  const [gamma, beta, ...rest] = layer.getWeights() as [Tensor, Tensor, ...Tensor[]];
  const values = Float32Array.from(beta.dataSync());
  for (const c of channels) values[c] = -1000;
  layer.setWeights([gamma, tensor1d(values), ...rest]);
}

describe('a sum', () => {
  test('a channel that is dead in one place and lives in another through the shortcut is left, with the reason', async () => {
    const model = resNet({ ...small, depth: 14, width: 4 });
    silence(model, 'conv1_norm', [1]);
    const x = batch();
    const before = outputs(model, x);
    const report = await auditModel(model, x);
    expect(report.layers[0]!.deadChannels).toContain(1);
    const { skipped, inexact } = await reviveChannels(model, report, { strategy: 'recycle', seed: 1 });
    const left = skipped.filter(({ layer }) => layer === 'conv1_activation');
    expect(left[0]!.reason).toMatch(/^'stage1_block\d_conv1' reads it where another branch keeps it alive$/);
    expect(inexact).toEqual([]);
    expect(maxRelativeToLargest(outputs(model, x), before)).toBeLessThan(1e-5);
    model.dispose();
  });

  test('bias reaches a sum through the shift of a branch of its own', async () => {
    const model = resNet({ ...small, depth: 8, width: 4 });
    silence(model, 'stage1_block1_conv2_norm', [2]);
    const x = batch();
    const report = await auditModel(model, x);
    const index = report.layers.findIndex(({ name }) => name === 'stage1_block1_activation');
    expect(report.layers[index]!.deadChannels).toContain(2);
    const { skipped } = await reviveChannels(model, report, { strategy: 'bias', data: x, firingRate: 0.25, seed: 1 });
    expect(skipped).toEqual([]);
    const after = await auditModel(model, x);
    expect(after.layers[index]!.perChannel.firingRate[2]).toBe(0.25);
    model.dispose();
  });
});

test('a depthwise layer that kills a channel is drawn anew with it', async () => {
  const model = mobileNet({ ...small, width: 2, normalization: 'none' });
  kill(model, 'depthwise2', [1, 3]);
  const x = batch();
  const report = await auditModel(model, x);
  const before = outputs(model, x);
  const { skipped } = await reviveChannels(model, report, { strategy: 'recycle', seed: 1 });
  expect(skipped).toEqual([]);
  expect(maxRelativeToLargest(outputs(model, x), before)).toBeLessThan(1e-5);
  const after = await auditModel(model, x);
  const depthwise = after.layers.find(({ name }) => name === 'depthwise2_activation')!;
  expect(depthwise.deadChannels).not.toContain(1);
  expect(depthwise.deadChannels).not.toContain(3);
  model.dispose();
});

test('of a separable convolution that reads a recycled channel one kernel stays, so that the other can learn', async () => {
  const model = tfl.sequential();
  model.add(tfl.layers.conv2d({ inputShape: [8, 8, 2], filters: 4, kernelSize: 3, activation: 'relu', name: 'conv' }));
  model.add(tfl.layers.separableConv2d({ filters: 3, kernelSize: 3, name: 'separable' }));
  model.add(tfl.layers.flatten());
  model.add(tfl.layers.dense({ units: 2, activation: 'softmax' }));
  kill(model, 'conv', [2]);
  const x = images();
  const before = outputs(model, x);
  await reviveChannels(model, await auditModel(model, x), { strategy: 'recycle', seed: 1 });
  expect(maxRelativeToLargest(outputs(model, x), before)).toBeLessThan(1e-5);
  const slices = model
    .getLayer('separable')
    .getWeights()
    .slice(0, 2)
    .map((kernel) => tidy(() => max(abs(slice(kernel, [0, 0, 2, 0], [-1, -1, 1, -1]))).dataSync()[0]!));
  expect(slices[0]).toBeGreaterThan(0);
  expect(slices[1]).toBe(0);
  model.dispose();
});

test('what a dead channel becomes behind batch norm is folded: exactly where nothing pads, and said so where padding does', async () => {
  for (const padding of ['valid', 'same'] as const) {
    const x = tfl.input({ shape: [8, 8, 2] });
    const a = tfl.layers.conv2d({ filters: 4, kernelSize: 3, activation: 'relu', name: 'a' }).apply(x);
    const norm = tfl.layers.batchNormalization({ name: 'norm', betaInitializer: 'ones' }).apply(a);
    const b = tfl.layers.conv2d({ filters: 3, kernelSize: 3, padding, name: 'b' }).apply(norm);
    const y = tfl.layers.dense({ units: 2 }).apply(tfl.layers.flatten().apply(b)) as tfl.SymbolicTensor;
    const model = tfl.model({ inputs: x, outputs: y });
    kill(model, 'a', [1]);
    const data = images();
    const before = outputs(model, data);
    const { inexact } = await reviveChannels(model, await auditModel(model, data), { strategy: 'recycle', seed: 1 });
    const difference = maxRelativeToLargest(outputs(model, data), before);
    if (padding === 'valid') {
      expect(inexact).toEqual([]);
      expect(difference).toBeLessThan(1e-5);
    } else {
      expect(inexact).toEqual([
        { layer: 'a', channels: [1], reason: "'b' pads, so a constant folds exactly inside only" },
      ]);
      expect(difference).toBeGreaterThan(1e-4);
    }
    model.dispose();
  }
});

test('bias: data of a wrong shape or rate, and a report of another model, are named and leave the model as it was', async () => {
  const model = mobileNet({ ...small, width: 2, normalization: 'none' });
  kill(model, 'conv1', [0]);
  const [x, wrong] = [batch(), images()];
  const report = await auditModel(model, x);
  const weights = model.getWeights().map((w) => w.dataSync());
  const other = resNet({ ...small, depth: 8, width: 4 });
  const tensors = countTensors();
  const revive = (data: Tensor, firingRate?: number) =>
    reviveChannels(model, report, {
      strategy: 'bias',
      data,
      seed: 1,
      ...(firingRate === undefined ? {} : { firingRate }),
    });
  await expect(revive(wrong)).rejects.toThrow(
    '[relumine/revival/reviveChannels] `options.data` must have the shape [samples, 8, 8, 1] with a sample at least, for a model of one input. Received: shape [64, 8, 8, 2].',
  );
  await expect(revive([1] as never)).rejects.toThrow(TypeError);
  await expect(revive(x, 0)).rejects.toThrow('`options.firingRate` must be above 0');
  await expect(revive(x, 1.5)).rejects.toThrow('`options.firingRate`');
  await expect(reviveChannels(other, report, { strategy: 'recycle', seed: 1 })).rejects.toThrow(
    '`report` must be an audit of this very model',
  );
  expect(countTensors()).toEqual(tensors);
  expect(model.getWeights().map((w) => w.dataSync())).toEqual(weights);
});

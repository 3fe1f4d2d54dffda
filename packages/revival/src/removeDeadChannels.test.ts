import type { DeadNeuronReport } from '@relumine/core';
import { auditModel } from '@relumine/dead-neuron-metrics/layers';
import { startWasm } from '@relumine/wasm-backend';
import { io, randomNormal } from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { countTensors } from '@tooling/testing';
import { beforeAll, expect, test } from 'vitest';
import { removeDeadChannels, reviveChannels } from './layers';
import { functional, images, kill, sequential } from './networks.testing';

beforeAll(() => startWasm());

test('a sequential network loses its dead channels and no output changes, on data it was not audited on', async () => {
  const model = sequential();
  const [x, held] = [images(), randomNormal([32, 8, 8, 2], 0, 3, 'float32', 77)];
  const report = await auditModel(model, x);
  const weights = model.getWeights().map((w) => w.dataSync());
  const {
    model: smaller,
    removed,
    kept,
    maxDifference,
    parameters,
    bytes,
    milliseconds,
  } = await removeDeadChannels(model, report, { data: held });
  expect(Object.fromEntries(removed.map(({ layer, channels }) => [layer, channels]))).toEqual({
    conv1: [1, 4],
    conv2: [0],
    hidden: [2, 3, 6],
  });
  expect(kept).toEqual([]);
  expect(smaller.layers.map((layer) => (layer.outputShape as number[]).at(-1))).toEqual([4, 4, 4, 4, 64, 4, 3]);
  expect(maxDifference).toBeLessThan(1e-5);
  expect(parameters.after).toBeLessThan(parameters.before * 0.6);
  expect(bytes).toEqual({ before: 4 * parameters.before, after: 4 * parameters.after });
  expect(milliseconds!.before).toBeGreaterThan(0);
  expect(milliseconds!.after).toBeGreaterThan(0);
  expect(model.getWeights().map((w) => w.dataSync())).toEqual(weights);
  smaller.dispose();
  model.dispose();
});

test('through batch norm, depthwise, addition and concatenation: what can go exactly goes, what can not stays with its reason', async () => {
  const model = functional();
  const x = images();
  const report = await auditModel(model, x);
  const { model: smaller, removed, kept, maxDifference } = await removeDeadChannels(model, report, { data: x });
  // Behind the norm a dead channel is a constant that is not 0, which the padded convolutions b and c can't fold.
  expect(
    kept
      .filter(({ layer }) => layer === 'a')
      .map(({ channels, reason }) => [channels, reason.replace(/constant -?[\d.e-]+/, 'constant …')]),
  ).toEqual([
    [[0], "'b' pads, so the constant … can't be folded exactly"],
    [[5], "'b' pads, so the constant … can't be folded exactly"],
  ]);
  // Killing b's channel kills the sum, so both makers of that channel lose it.
  expect(removed.filter(({ layer }) => layer !== 'a')).toEqual([
    { layer: 'b', channels: [2] },
    { layer: 'c', channels: [2] },
    { layer: 'd', channels: [1] },
  ]);
  expect(maxDifference).toBeLessThan(1e-5);
  smaller.dispose();
  model.dispose();
});

test('a constant folds into the next bias where nothing pads, and a bias is added where there was none', async () => {
  const x = tfl.input({ shape: [8, 8, 2] });
  const a = tfl.layers.conv2d({ filters: 4, kernelSize: 3, activation: 'relu', name: 'a' }).apply(x);
  const norm = tfl.layers.batchNormalization({ name: 'norm', betaInitializer: 'ones' }).apply(a);
  const b = tfl.layers.conv2d({ filters: 3, kernelSize: 3, useBias: false, name: 'b' }).apply(norm);
  const y = tfl.layers.dense({ units: 2 }).apply(tfl.layers.flatten().apply(b)) as tfl.SymbolicTensor;
  const model = tfl.model({ inputs: x, outputs: y });
  kill(model, 'a', [1, 2]);
  const data = images();
  const {
    model: smaller,
    removed,
    maxDifference,
  } = await removeDeadChannels(model, await auditModel(model, data), { data });
  expect(removed).toEqual([{ layer: 'a', channels: [1, 2] }]);
  expect(smaller.getLayer('b').weights).toHaveLength(2);
  expect(maxDifference).toBeLessThan(1e-5);
  smaller.dispose();
  model.dispose();
});

test('works on a model loaded from disk, trains on, and leaks nothing', async () => {
  const model = sequential();
  let artifacts: io.ModelArtifacts | undefined;
  await model.save(
    io.withSaveHandler(async (saved) => {
      artifacts = saved;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  const loaded = await tfl.loadLayersModel(io.fromMemory(artifacts!));
  const x = images();
  const report = await auditModel(loaded, x);
  const before = countTensors();
  const { model: smaller, maxDifference } = await removeDeadChannels(loaded, report);
  expect(maxDifference).toBeLessThan(1e-5);
  smaller.dispose();
  expect(countTensors()).toEqual(before);
});

test('wrong reports and a layer that would lose everything are named, and the model stays', async () => {
  const model = sequential();
  const x = images();
  const report = await auditModel(model, x);
  const other: DeadNeuronReport = { ...report, layers: [{ ...report.layers[0]!, name: 'nowhere' }] };
  await expect(removeDeadChannels(model, other)).rejects.toThrow(
    "[relumine/revival/removeDeadChannels] `report` must be an audit of this very model. Received: a report of layer 'nowhere', which the model does not have. Audit it again: await auditModel(model, data).",
  );
  for (const channel of [6, -1, 0.5]) {
    const first = { ...report.layers[0]!, deadChannels: [channel] };
    await expect(
      reviveChannels(model, { ...report, layers: [first] }, { strategy: 'recycle', seed: 1 }),
    ).rejects.toThrow(
      `must be an audit of this very model. Received: channel ${channel} of layer 'conv1', which has 6.`,
    );
  }
  kill(model, 'conv1', [0, 1, 2, 3, 4, 5]);
  const before = countTensors();
  await expect(removeDeadChannels(model, await auditModel(model, x))).rejects.toThrow(
    "`report` must leave one channel at least of layer 'conv1'. Received: 6 of 6 channels constant.",
  );
  expect(countTensors()).toEqual(before);
});

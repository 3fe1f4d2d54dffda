import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startWasm } from '@relumine/wasm-backend';
import {
  dispose,
  io,
  neg,
  ones,
  randomNormal,
  reshape,
  type Tensor,
  tensor2d,
  train,
  zeros,
} from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expectTensorClose } from '@tooling/testing';
import { beforeAll, expect, test } from 'vitest';
import { activation, activationNames } from './index';
import { activationLayer, registerActivationLayers } from './layers';

beforeAll(() => startWasm());

async function saveAndLoad(model: tfl.LayersModel): Promise<tfl.LayersModel> {
  let artifacts: io.ModelArtifacts | undefined;
  await model.save(
    io.withSaveHandler(async (saved) => {
      artifacts = saved;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  return tfl.loadLayersModel(io.fromMemory(artifacts!));
}

test.each([
  ...activationNames.map((name) => ({ name })),
  { name: 'gelu', approximate: 'tanh' },
  { name: 'hardtanh', min: -2, max: 3 },
  { name: 'leakyRelu', negativeSlope: 1.5 },
  { name: 'elu', alpha: 0.5 },
  { name: 'prelu', shared: true, initialSlope: 0.1 },
] as const)('$name is saved and loaded with its parameters', async (options) => {
  const model = tfl.sequential();
  model.add(tfl.layers.conv2d({ inputShape: [5, 5, 2], filters: 4, kernelSize: 3 }));
  model.add(activationLayer(options));
  const x = randomNormal([2, 5, 5, 2], 0, 1, 'float32', 1);
  const loaded = await saveAndLoad(model);
  const [before, after] = [model.predict(x), loaded.predict(x)] as [Tensor, Tensor];
  expect(after.dataSync()).toEqual(before.dataSync());
  dispose([x, before, after]);
  model.dispose();
  loaded.dispose();
});

test('every layer is saved to files on disk and loaded from them', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'relumine-activations-'));
  const path = (name: string): string => join(folder, name);
  const model = tfl.sequential();
  model.add(tfl.layers.dense({ inputShape: [6], units: 8 }));
  for (const name of activationNames) model.add(activationLayer({ name }));
  const x = randomNormal([3, 6], 0, 1, 'float32', 1);
  try {
    await model.save(
      io.withSaveHandler(async ({ weightData, ...topology }) => {
        writeFileSync(path('model.json'), JSON.stringify(topology));
        writeFileSync(path('weights.bin'), new Uint8Array(io.concatenateArrayBuffers([weightData!].flat())));
        return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
      }),
    );
    const topology = JSON.parse(readFileSync(path('model.json'), 'utf8')) as io.ModelArtifacts;
    const weightData = new Uint8Array(readFileSync(path('weights.bin'))).buffer;
    const loaded = await tfl.loadLayersModel(io.fromMemory({ ...topology, weightData }));
    const [before, after] = [model.predict(x), loaded.predict(x)] as [Tensor, Tensor];
    expect(after.dataSync()).toEqual(before.dataSync());
    dispose([before, after]);
    loaded.dispose();
  } finally {
    rmSync(folder, { recursive: true });
  }
  x.dispose();
  model.dispose();
});

test("PReLU's slope is a trainable weight, one for each channel, and learns", async () => {
  const layer = activationLayer({ name: 'prelu', layerName: 'act', inputShape: [4, 4, 3] });
  const model = tfl.sequential({ layers: [layer] });
  expect(layer.trainableWeights.map(({ shape }) => shape)).toEqual([[1, 1, 3]]);
  expect([...layer.getWeights()[0]!.dataSync()]).toEqual([0.25, 0.25, 0.25]);
  model.compile({ optimizer: train.sgd(0.1), loss: 'meanSquaredError' });
  const [x, y] = [randomNormal([8, 4, 4, 3], 0, 1, 'float32', 1), zeros([8, 4, 4, 3])];
  await model.fit(x, y, { epochs: 40, verbose: 0 });
  for (const slope of layer.getWeights()[0]!.dataSync()) expect(Math.abs(slope)).toBeLessThan(0.2);
  dispose([x, y]);
  model.dispose();
});

test('wrong options are named', () => {
  expect(() => (activationLayer as () => unknown)()).toThrow('`options` must be an object. Received: undefined.');
  expect(() => activationLayer({ name: 'rellu' as 'relu' })).toThrow("Did you mean 'relu'?");
  expect(() => activationLayer({ name: 'leakyRelu', negativeSlope: Number.POSITIVE_INFINITY })).toThrow(
    '[relumine/activations/activation] `negativeSlope` must be a finite number. Received: Infinity.',
  );
});

test('CReLU doubles the channels that the next layer sees, GLU halves them', () => {
  const model = tfl.sequential();
  model.add(tfl.layers.conv2d({ inputShape: [5, 5, 2], filters: 3, kernelSize: 3 }));
  model.add(activationLayer({ name: 'crelu' }));
  model.add(activationLayer({ name: 'glu' }));
  expect(model.layers.map(({ outputShape }) => outputShape.at(-1))).toEqual([3, 6, 3]);
  const x = zeros([1, 5, 5, 2]);
  const y = model.predict(x) as Tensor;
  expect(y.shape).toEqual([1, 3, 3, 3]);
  dispose([x, y]);
  model.dispose();
});

test('RReLU draws in training, and is fixed in inference', () => {
  const layer = activationLayer({ name: 'rrelu', seed: 3 });
  const z = ones([4, 50]);
  const below = neg(z);
  const call = (training: boolean) => layer.apply(below, { training }) as Tensor;
  const [first, second, still] = [call(true), call(true), call(false)];
  expect(new Set(first.dataSync()).size).toBeGreaterThan(100);
  expect(second.dataSync()).not.toEqual(first.dataSync());
  expect(new Set(still.dataSync())).toEqual(new Set([Math.fround(-11 / 48)]));
  dispose([z, below, first, second, still]);
});

test('activations that tfjs has not are usable by name, saved and loaded', async () => {
  registerActivationLayers();
  const model = tfl.sequential();
  const named = (activation: string) => activation as 'relu';
  model.add(tfl.layers.conv2d({ inputShape: [6, 6, 1], filters: 3, kernelSize: 3, activation: named('hardswish') }));
  model.add(tfl.layers.flatten());
  model.add(tfl.layers.dense({ units: 4, activation: named('swish') }));
  model.add(tfl.layers.dense({ units: 4, activation: named('squareplus') }));
  const x = randomNormal([2, 6, 6, 1], 0, 1, 'float32', 1);
  const loaded = await saveAndLoad(model);
  const [before, after] = [model.predict(x), loaded.predict(x)] as [Tensor, Tensor];
  expect(after.dataSync()).toEqual(before.dataSync());
  expect(Math.min(...before.dataSync())).toBeGreaterThan(0);
  dispose([x, before, after]);
  model.dispose();
  loaded.dispose();
});

test('every name is usable in a layer; those that tfjs has, such as gelu, mean tfjs’s function', async () => {
  registerActivationLayers();
  const x = tensor2d([[-1, 0.5, 2]]);
  const own = new Set<string>();
  for (const name of activationNames.filter((one) => !['glu', 'crelu'].includes(one))) {
    const layer = tfl.layers.activation({ activation: name as 'relu', inputShape: [3] });
    const found = (layer as unknown as { activation: { relumine?: { name: string } } }).activation;
    if (found.relumine) own.add(found.relumine.name);
    const [h, expected] = [layer.apply(x) as Tensor, activation(name).apply(x)];
    expectTensorClose(h, expected, { relative: 1e-5, absolute: 1e-6 });
    dispose([h, expected]);
  }
  const tfjs = ['elu', 'gelu', 'linear', 'mish', 'relu', 'relu6', 'selu', 'sigmoid', 'softplus', 'softsign', 'tanh'];
  expect(activationNames.filter((name) => !own.has(name)).sort()).toEqual([...tfjs, 'crelu', 'glu'].sort());
  // Theirs have no limit at −∞; ours have.
  const far = tensor2d([[Number.NEGATIVE_INFINITY]]);
  const layer = tfl.layers.conv2d({
    inputShape: [1, 1, 1],
    filters: 1,
    kernelSize: 1,
    kernelInitializer: 'ones',
    activation: 'gelu' as 'relu',
  });
  const [theirs, ours] = [layer.apply(reshape(far, [1, 1, 1, 1])) as Tensor, activation('gelu').apply(far)];
  expect([theirs.dataSync()[0], Math.abs(ours.dataSync()[0]!)]).toEqual([Number.NaN, 0]);
  dispose([x, far, theirs, ours]);
  layer.dispose();
});

import { startWasm } from '@relumine/wasm-backend';
import { dispose, io, randomNormal, type Tensor, train, zeros } from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import { activationLayer } from './layers';

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
  { name: 'relu' },
  { name: 'leakyRelu', negativeSlope: 1.5 },
  { name: 'elu', alpha: 0.5 },
  { name: 'prelu' },
  { name: 'prelu', shared: true, initialSlope: 0.1 },
] as const)('$name is saved and loaded with its parameters', async (options) => {
  const model = tfl.sequential();
  model.add(tfl.layers.conv2d({ inputShape: [5, 5, 2], filters: 3, kernelSize: 3 }));
  model.add(activationLayer(options));
  const x = randomNormal([2, 5, 5, 2], 0, 1, 'float32', 1);
  const loaded = await saveAndLoad(model);
  const [before, after] = [model.predict(x), loaded.predict(x)] as [Tensor, Tensor];
  expect(after.dataSync()).toEqual(before.dataSync());
  dispose([x, before, after]);
  model.dispose();
  loaded.dispose();
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
  expect(() => activationLayer({ name: 'rellu' as 'relu' })).toThrow("Did you mean 'relu'?");
  expect(() => activationLayer({ name: 'leakyRelu', negativeSlope: Number.POSITIVE_INFINITY })).toThrow(
    '[relumine/activations/activationLayer] `negativeSlope` must be a finite number. Received: Infinity.',
  );
});

import { startWasm } from '@relumine/wasm-backend';
import { dispose, io, moments, randomNormal, type Tensor, tidy } from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import { asymmetricValues, kaimingValues } from '../index';
import { activationLayer, asymmetric, kaiming, leCun, lsuv, orthogonal, registerInitializers, xavier } from '../layers';

beforeAll(() => startWasm());

test('kernels and biases get the functions’ values; models that name them are saved and loaded', async () => {
  registerInitializers();
  const model = tfl.sequential();
  model.add(
    tfl.layers.conv2d({ inputShape: [6, 6, 2], filters: 4, kernelSize: 3, kernelInitializer: kaiming({ seed: 1 }) }),
  );
  model.add(tfl.layers.conv2d({ filters: 4, kernelSize: 1, kernelInitializer: xavier({ seed: 2 }) }));
  model.add(tfl.layers.conv2d({ filters: 4, kernelSize: 1, kernelInitializer: orthogonal({ seed: 3 }) }));
  model.add(tfl.layers.flatten());
  model.add(tfl.layers.dense({ units: 5, kernelInitializer: leCun({ seed: 4 }) }));
  model.add(tfl.layers.dense({ units: 3, ...asymmetric({ seed: 5 }) }));
  expect(model.layers[0]!.getWeights()[0]!.dataSync()).toEqual(kaimingValues([3, 3, 2, 4], { seed: 1 }));
  const [kernel, bias] = model.layers[5]!.getWeights();
  const expected = asymmetricValues([5, 3], { seed: 5 });
  expect(kernel!.dataSync()).toEqual(expected.kernel);
  expect(bias!.dataSync()).toEqual(expected.bias);

  let artifacts: io.ModelArtifacts | undefined;
  const keep = async (saved: io.ModelArtifacts): Promise<io.SaveResult> => {
    artifacts = saved;
    return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
  };
  await model.save(io.withSaveHandler(keep));
  const loaded = await tfl.loadLayersModel(io.fromMemory(artifacts!));
  expect(loaded.layers[4]!.getWeights()[0]!.dataSync()).toEqual(model.layers[4]!.getWeights()[0]!.dataSync());
  model.dispose();
  loaded.dispose();
});

test('LSUV: every layer’s pre-activations have variance 1 on the data, whatever the activation', async () => {
  const model = tfl.sequential();
  model.add(tfl.layers.conv2d({ inputShape: [10, 10, 3], filters: 16, kernelSize: 3, activation: 'tanh' }));
  model.add(tfl.layers.conv2d({ filters: 16, kernelSize: 3, name: 'second' }));
  model.add(activationLayer({ name: 'elu' }));
  model.add(tfl.layers.flatten());
  model.add(tfl.layers.dense({ units: 20, activation: 'relu' }));
  const data = randomNormal([64, 10, 10, 3], 2, 5, 'float32', 1);
  const done = await lsuv(model, data, { seed: 1 });
  expect(done.map(({ name }) => name)).toEqual([model.layers[0]!.name, 'second', model.layers[4]!.name]);
  for (const { variance } of done) expect(Math.abs(variance - 1)).toBeLessThan(0.01);
  const part = tfl.model({ inputs: model.inputs, outputs: model.getLayer('second').output });
  const variance = tidy(() => moments(part.predict(data) as Tensor).variance.dataSync()[0]!);
  expect(variance).toBeCloseTo(1, 1);
  expect((model.layers[0] as unknown as { activation: { getClassName(): string } }).activation.getClassName()).toBe(
    'tanh',
  );
  dispose(data);
  model.dispose();
});

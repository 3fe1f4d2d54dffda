import { startWasm } from '@relumine/wasm-backend';
import plain from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-simd.wasm?url';
import threaded from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.wasm?url';
import { dispose, io, randomNormal, removeBackend, type Tensor } from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { useBackend } from '@tooling/testing';
import { beforeAll, expect, test } from 'vitest';
import { contract } from './contract.suite.testing';
import { activationNames } from './index';
import { activationLayer } from './layers';

const wasmPaths = {
  'tfjs-backend-wasm.wasm': plain,
  'tfjs-backend-wasm-simd.wasm': simd,
  'tfjs-backend-wasm-threaded-simd.wasm': threaded,
};

contract([
  ['cpu in Chromium', () => useBackend('cpu')],
  ['wasm with native kernels in Chromium', () => startWasm({ wasmPaths })],
]);

beforeAll(() => () => removeBackend('wasm'));

/** As a download gives them, and a file input takes them. */
async function throughFiles(model: tfl.LayersModel): Promise<tfl.LayersModel> {
  const files: File[] = [];
  await model.save(
    io.withSaveHandler(async ({ weightData, weightSpecs, ...topology }) => {
      const weightsManifest = [{ paths: ['weights.bin'], weights: weightSpecs }];
      files.push(new File([JSON.stringify({ ...topology, weightsManifest })], 'model.json'));
      files.push(new File([weightData!].flat(), 'weights.bin'));
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  return tfl.loadLayersModel(io.browserFiles(files));
}

async function throughLocalStorage(model: tfl.LayersModel): Promise<tfl.LayersModel> {
  await model.save('localstorage://every-activation');
  return tfl.loadLayersModel('localstorage://every-activation');
}

test.each([
  ['localStorage', throughLocalStorage],
  ['files', throughFiles],
])('every layer is saved to %s and loaded', async (_, pass) => {
  await startWasm({ wasmPaths });
  const model = tfl.sequential();
  model.add(tfl.layers.dense({ inputShape: [6], units: 8 }));
  for (const name of activationNames) model.add(activationLayer({ name }));
  const x = randomNormal([3, 6], 0, 1, 'float32', 1);
  const loaded = await pass(model);
  const [before, after] = [model.predict(x), loaded.predict(x)] as [Tensor, Tensor];
  expect(after.dataSync()).toEqual(before.dataSync());
  dispose([x, before, after]);
  model.dispose();
  loaded.dispose();
});

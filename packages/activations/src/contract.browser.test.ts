import { startWasm } from '@relumine/wasm-backend';
import plain from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-simd.wasm?url';
import threaded from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.wasm?url';
import { dispose, randomNormal, removeBackend, type Tensor } from '@tensorflow/tfjs-core';
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

test('every layer is saved to localStorage and loaded from it', async () => {
  await startWasm({ wasmPaths });
  const model = tfl.sequential();
  model.add(tfl.layers.dense({ inputShape: [6], units: 8 }));
  for (const name of activationNames) model.add(activationLayer({ name }));
  const x = randomNormal([3, 6], 0, 1, 'float32', 1);
  await model.save('localstorage://every-activation');
  const loaded = await tfl.loadLayersModel('localstorage://every-activation');
  const [before, after] = [model.predict(x), loaded.predict(x)] as [Tensor, Tensor];
  expect(after.dataSync()).toEqual(before.dataSync());
  dispose([x, before, after]);
  model.dispose();
  loaded.dispose();
});

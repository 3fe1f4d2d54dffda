import { randomNormal, slice, type Tensor, tidy } from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expectNoLeak, useBackend } from '@tooling/testing';
import { beforeAll, expect, test } from 'vitest';
import { auditModel } from '../layers';

beforeAll(() => useBackend('wasm'));

function network(): tfl.LayersModel {
  const model = tfl.sequential();
  const kernelInitializer = tfl.initializers.glorotNormal({ seed: 1 });
  model.add(tfl.layers.dense({ inputShape: [5], units: 6, activation: 'relu', kernelInitializer }));
  model.add(tfl.layers.dense({ units: 4, kernelInitializer }));
  model.add(tfl.layers.reLU());
  return model;
}

const samplesOf = (seed: number): Tensor => randomNormal([12, 5], 0, 1, 'float32', seed);

test('two audits of one model at once are those of one after the other', async () => {
  const model = network();
  const [a, b] = [samplesOf(2), samplesOf(3)];
  const alone = [await auditModel(model, a, { batchSize: 3 }), await auditModel(model, b, { batchSize: 4 })];
  const together = await expectNoLeak(() =>
    Promise.all([auditModel(model, a, { batchSize: 3 }), auditModel(model, b, { batchSize: 4 })]),
  );
  expect(together).toEqual(alone);
  model.dispose();
  for (const samples of [a, b]) samples.dispose();
});

test('a data source that runs the model itself is not counted', async () => {
  const model = network();
  const x = samplesOf(2);
  const alone = await auditModel(model, x, { batchSize: 6 });
  async function* data(): AsyncGenerator<Tensor> {
    for (const start of [0, 6]) {
      tidy(() => void model.predict(x));
      yield slice(x, [start, 0], [6, 5]);
    }
  }
  expect(await expectNoLeak(() => auditModel(model, data()))).toEqual(alone);
  model.dispose();
  x.dispose();
});

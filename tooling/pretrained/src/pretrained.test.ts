import { memory, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { pretrainedGraphModel, pretrainedLayersModel } from '@tooling/pretrained';
import { expectNoLeak, useBackend } from '@tooling/testing';
import { beforeAll, expect, test } from 'vitest';

beforeAll(() => useBackend('wasm'));

test.each([
  ['LayersModel', pretrainedLayersModel],
  ['GraphModel', pretrainedGraphModel],
])('a pretrained %s loads without a network, predicts probabilities and leaves nothing behind', async (_, load) => {
  await expectNoLeak(async () => {
    const model = await load();
    const before = memory().numTensors;
    const x = zeros([1, 224, 224, 3]);
    const y = model.predict(x) as Tensor;
    const probabilities = [...(await y.data())];
    expect(y.shape).toEqual([1, 5]);
    expect(probabilities.reduce((sum, p) => sum + p)).toBeCloseTo(1, 5);
    x.dispose();
    y.dispose();
    expect(memory().numTensors).toBe(before);
    model.dispose();
  });
});

import * as tf from '@tensorflow/tfjs-core';
import { ones, randomUniform, scalar, tensor1d, zeros } from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expectNoLeak, useBackend } from '@tooling/testing';
import { beforeAll, expect, test } from 'vitest';
import { mergeReports, referenceWarnings } from './index';
import { auditModel } from './layers';
import { readReport, writeReport } from './schema';

beforeAll(() => useBackend('wasm'));

/** 64 channels whose thresholds lie at 1/64 … 1 of the brightest image in [0, 1]. */
function network(): tfl.LayersModel {
  const model = tfl.sequential();
  model.add(tfl.layers.dense({ inputShape: [4], units: 64, activation: 'relu', name: 'hidden' }));
  const thresholds = Float32Array.from({ length: 64 }, (_, c) => (-3.2 * (c + 1)) / 64);
  model.getLayer('hidden').setWeights([ones([4, 64]), tensor1d(thresholds)]);
  return model;
}

const images = (seed: number, scale = 1): tf.Tensor =>
  tf.tidy(() => tf.mul(randomUniform([200, 4], 0, 1, 'float32', seed), scalar(scale)));

test('data like the reference’s raise no warning, however they are cut', async () => {
  const model = network();
  const [a, b] = [images(1), images(2)];
  const reference = await auditModel(model, a);
  const again = await expectNoLeak(() => auditModel(model, b, { reference, batchSize: 7 }));
  expect(referenceWarnings(again, reference)).toEqual([]);
  expect(again.summary.advice).toEqual((await auditModel(model, b, { batchSize: 7 })).summary.advice);
  // As it comes back from a file, and merged from shards.
  expect(referenceWarnings(readReport(writeReport(mergeReports(again, again))), reference)).toEqual([]);
  expect(mergeReports(again, again).inputs?.[0]).toMatchObject({ name: model.inputNames[0], values: 1600 });
  model.dispose();
});

test('darker data: dead channels jump, and the input is seen to have shifted', async () => {
  const model = network();
  const [a, dark] = [images(1), images(2, 0.25)];
  const reference = await auditModel(model, a);
  const { summary } = await auditModel(model, dark, { reference });
  expect(summary.advice[0]).toMatch(
    /After 200 samples 7\d(\.\d)? % of the channels had not fired, against .* in the reference/,
  );
  expect(summary.advice[1]).toMatch(
    /has mean 0.12\d? and standard deviation 0.07\d+, against 0\.\d+ and 0\.2\d+ in the reference/,
  );
  model.dispose();
});

test('a network that died since, on the same data: the channels alone', async () => {
  const model = network();
  const a = images(1);
  const reference = await auditModel(model, a);
  const [kernel] = model.getLayer('hidden').getWeights();
  model.getLayer('hidden').setWeights([kernel!, tf.fill([64], -2.9)]);
  const report = await auditModel(model, a);
  const warnings = referenceWarnings(report, reference);
  expect(warnings.length).toBe(report.summary.deadChannels > 10 ? 1 : 0);
  model.getLayer('hidden').setWeights([kernel!, tf.fill([64], -9)]);
  expect(referenceWarnings(await auditModel(model, a), reference)).toEqual([
    expect.stringContaining('100 % of the channels had not fired'),
  ]);
  model.dispose();
});

test('few samples against many: read after as many, no false alarm', async () => {
  const model = network();
  const [a, b] = [images(1), images(3)];
  const reference = await auditModel(model, a, { batchSize: 1 });
  const few = await auditModel(model, tf.slice(b, [0, 0], [4, 4]), { batchSize: 1, reference });
  expect(few.summary.advice.join(' ')).not.toContain('the reference');
  model.dispose();
});

test('a reference of another network is refused before a batch is asked for', async () => {
  const [model, other] = [network(), tfl.sequential()];
  other.add(tfl.layers.dense({ inputShape: [4], units: 3, activation: 'relu', name: 'other' }));
  const x = zeros([2, 4]);
  const reference = await auditModel(other, x);
  let asked = 0;
  const data = (function* () {
    asked++;
    yield tf.clone(x);
  })();
  await expectNoLeak(async () => {
    await expect(auditModel(model, data, { reference })).rejects.toThrow(
      '[relumine/dead-neuron-metrics/referenceWarnings] `reference` must be a report of the same layers. Received: other, against hidden.',
    );
  });
  expect(asked).toBe(0);
  const own = await auditModel(model, x);
  expect(() => referenceWarnings(own, reference)).toThrow('Received: other (3), against hidden (64).');
});

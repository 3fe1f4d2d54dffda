import { startWasm } from '@relumine/wasm-backend';
import * as tf from '@tensorflow/tfjs-core';
import { randomNormal, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expectNoLeak } from '@tooling/testing';
import { beforeAll, expect, test } from 'vitest';
import { activationRank, classFiring, deadPositions, mergeReports } from '../index';
import { auditModel } from '../layers';
import { readReport, writeReport } from '../schema';

beforeAll(() => startWasm());

function network(): tfl.LayersModel {
  const kernelInitializer = tfl.initializers.randomNormal({ stddev: 0.3, seed: 1 });
  const biasInitializer = tfl.initializers.constant({ value: -0.8 });
  const conv = { filters: 5, kernelSize: 3, kernelInitializer, biasInitializer };
  return tfl.sequential({
    layers: [
      tfl.layers.conv2d({ ...conv, inputShape: [5, 6, 2], activation: 'relu', name: 'fused' }),
      tfl.layers.conv2d({ ...conv, name: 'plain' }),
      tfl.layers.leakyReLU({ alpha: 0.1, name: 'leaky' }),
      tfl.layers.flatten(),
      tfl.layers.dense({ units: 3, activation: 'softmax' }),
    ],
  });
}

test('classes and ranks of an audit are those of one tensor with all samples, and merge', async () => {
  const model = network();
  const xs = randomNormal([23, 5, 6, 2], 0, 1, 'float32', 4);
  const ys = tensor1d(
    Array.from({ length: 23 }, (_, n) => (n * 7) % 4),
    'int32',
  );
  const report = await expectNoLeak(() => auditModel(model, { xs, ys }, { batchSize: 5, byClass: true, rank: true }));
  const h = tfl
    .model({ inputs: model.inputs, outputs: model.getLayer('fused').output as tfl.SymbolicTensor })
    .predict(xs) as tf.Tensor;
  const { samples, firingRate } = await classFiring(h, ys);
  const [fused, leaky] = report.layers;
  expect(fused!.classes!.samples).toEqual(samples);
  expect(fused!.classes!.fired.map((row, c) => row.map((k) => k / samples[c]!))).toEqual(firingRate);
  const rank = await activationRank(h);
  expect(Number(fused!.rank!.effective)).toBeCloseTo(rank.effective, 5);
  expect(Number(fused!.rank!.stable)).toBeCloseTo(rank.stable, 5);
  expect(leaky!.classes!.fired).toEqual(samples.map((count) => new Array(5).fill(count)));
  expect(readReport(writeReport(report))).toEqual(report);
  const merged = mergeReports(report, report);
  expect(merged.layers[0]!.classes!.fired).toEqual(fused!.classes!.fired.map((row) => row.map((k) => 2 * k)));
  // Twice the same rows span what they span once; shards span what all samples do.
  expect(Number(merged.layers[0]!.rank!.effective)).toBeCloseTo(Number(fused!.rank!.effective), 9);
  const shards: (typeof report)[] = [];
  for (const [from, count] of [
    [0, 9],
    [9, 14],
  ] as const) {
    const some = tf.slice(xs, from, count);
    shards.push(await auditModel(model, some, { batchSize: 4, rank: true }));
    some.dispose();
  }
  const [left, right] = shards.map((shard) => readReport(writeReport(shard))) as [typeof report, typeof report];
  const whole = mergeReports(left, right).layers[0]!.rank!;
  expect(Number(whole.effective)).toBeCloseTo(Number(fused!.rank!.effective), 9);
  expect(Number(whole.stable)).toBeCloseTo(Number(fused!.rank!.stable), 9);
  whole.gram!.forEach((value, i) => {
    const expected = Number(fused!.rank!.gram![i]);
    expect(Math.abs(Number(value) - expected)).toBeLessThanOrEqual(1e-12 * Math.abs(expected));
  });
  // The rest of the report does not change by asking for more; its map has the layer's own rows.
  const plain = await auditModel(model, xs, { batchSize: 5 });
  expect(plain.layers.map(({ statistics }) => statistics.fired)).toEqual(
    report.layers.map(({ statistics }) => statistics.fired),
  );
  expect(plain.layers[0]!.shape).toEqual([3, 4]);
  expect(deadPositions(plain.layers[0]!).map((row) => row.length)).toEqual([4, 4, 4]);
  tf.dispose([xs, ys, h]);
  model.dispose();
});

test('labels that are missing or do not fit are named, and nothing leaks', async () => {
  const model = network();
  const xs = tf.zeros([4, 5, 6, 2]);
  const wrong = tensor2d([[1, 2]]);
  await expectNoLeak(async () => {
    await expect(auditModel(model, xs, { byClass: true })).rejects.toThrow(
      '`data` must be { xs, ys } with one tensor of labels where `options.byClass` is set. Received: ys undefined.',
    );
    await expect(auditModel(model, { xs, ys: wrong }, { byClass: true })).rejects.toThrow(
      '`labels` must be class numbers [4]',
    );
  });
  expect(Object.hasOwn(model.getLayer('fused'), 'call')).toBe(false);
  model.dispose();
});

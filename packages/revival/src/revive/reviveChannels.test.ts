import { auditModel } from '@relumine/dead-neuron-metrics/layers';
import { startWasm } from '@relumine/wasm-backend';
import type { Tensor } from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { maxRelativeToLargest } from '@tooling/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { shiftForRate } from '../index';
import { reviveChannels } from '../layers';
import { images, sequential } from '../networks.testing';

beforeAll(() => startWasm());

const outputs = (model: tfl.LayersModel, x: Tensor): Float32Array => {
  const y = model.predict(x) as Tensor;
  const values = y.dataSync() as Float32Array;
  y.dispose();
  return values;
};

describe('recycle', () => {
  test('leaves the function unchanged at that instant, and every channel can fire and learn again', async () => {
    const model = sequential();
    const x = images();
    const report = await auditModel(model, x);
    const before = outputs(model, x);
    const { revived, skipped } = await reviveChannels(model, report, { strategy: 'recycle', seed: 1 });
    expect(revived.map(({ layer, channels }) => [layer, channels])).toEqual([
      ['conv1', [1, 4]],
      ['act2', [0]],
      ['hidden', [2, 3, 6]],
    ]);
    expect(skipped).toEqual([]);
    expect(maxRelativeToLargest(outputs(model, x), before)).toBeLessThan(1e-5);
    const after = await auditModel(model, x);
    expect(after.summary.deadChannels).toBe(0);
  });
});

test('bias: every channel fires on the asked share of the data', async () => {
  const model = sequential();
  const x = images();
  await reviveChannels(model, await auditModel(model, x), { strategy: 'bias', data: x, firingRate: 0.25, seed: 1 });
  const report = await auditModel(model, x);
  expect(report.summary.deadChannels).toBe(0);
  // Each layer is measured on what the layers before it put out by then.
  for (const [layer, channels] of [
    [0, [1, 4]],
    [1, [0]],
    [2, [2, 3, 6]],
  ] as const)
    expect(channels.map((c) => report.layers[layer]!.perChannel.firingRate[c])).toEqual(channels.map(() => 0.25));
});

test('reinitialize: new incoming weights, the same for the same seed', async () => {
  const kernels = async (seed: number): Promise<number[]> => {
    const model = sequential();
    await reviveChannels(model, await auditModel(model, images()), { strategy: 'reinitialize', seed });
    return [...model.getLayer('conv1').getWeights()[0]!.dataSync()];
  };
  expect(await kernels(5)).toEqual(await kernels(5));
  expect(await kernels(5)).not.toEqual(await kernels(6));
});

test('a shift that makes the asked share fire, ties included', () => {
  for (const [values, rate] of [
    [[-3, -1, -2, -4], 0.5],
    [[-1, -1, -1], 0.4],
    [[5, 6], 1],
  ] as const) {
    const shift = shiftForRate(values, rate);
    const firing = values.filter((z) => z + shift > 0).length;
    expect(firing).toBeGreaterThanOrEqual(Math.ceil(rate * values.length));
  }
});

test('wrong options are named', async () => {
  const model = sequential();
  const report = await auditModel(model, images());
  await expect(reviveChannels(model, report, { strategy: 'bias', seed: 1 })).rejects.toThrow(
    "`options.data` must be given for the strategy 'bias'",
  );
  await expect(reviveChannels(model, report, { strategy: 'recycel' as 'recycle', seed: 1 })).rejects.toThrow(
    "Did you mean 'recycle'?",
  );
});

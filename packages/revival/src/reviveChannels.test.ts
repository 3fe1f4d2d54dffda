import { auditModel } from '@relumine/dead-neuron-metrics/layers';
import { startWasm } from '@relumine/wasm-backend';
import { dispose, oneHot, type Tensor, tensor1d, train } from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { countTensors, maxRelativeToLargest } from '@tooling/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { shiftForRate } from './index';
import { reviveChannels } from './layers';
import { images, sequential } from './networks.testing';

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

  test("resets the optimiser's moments of these slices and of no others", async () => {
    const model = sequential();
    const optimizer = train.adam(1e-3);
    model.compile({ optimizer, loss: 'categoricalCrossentropy' });
    const x = images();
    const labels = tensor1d(
      Array.from({ length: 64 }, (_, i) => i % 3),
      'int32',
    );
    const y = oneHot(labels, 3);
    for (let i = 0; i < 3; i++) await model.trainOnBatch(x, y);
    const moments = (name: string, list: 'accumulatedFirstMoment' | 'accumulatedSecondMoment'): Float32Array => {
      const slots = (optimizer as unknown as Record<string, { originalName: string; variable: Tensor }[]>)[list]!;
      return slots.find(({ originalName }) => originalName.startsWith(`${name}/`))!.variable.dataSync() as Float32Array;
    };
    const kernel = model.getLayer('hidden').weights[0]!;
    const out = model.getLayer('out').weights[0]!;
    const keptBefore = moments(kernel.name, 'accumulatedFirstMoment').filter((_, i) => ![2, 3, 6].includes(i % 7));
    const before = countTensors();
    await reviveChannels(model, await auditModel(model, x), { strategy: 'recycle', optimizer, seed: 1 });
    expect(countTensors()).toEqual(before);
    const after = moments(kernel.name, 'accumulatedFirstMoment');
    expect([...after].filter((_, i) => [2, 3, 6].includes(i % 7)).every((m) => m === 0)).toBe(true);
    expect([...after].filter((_, i) => ![2, 3, 6].includes(i % 7))).toEqual([...keptBefore]);
    expect([...moments(out.name, 'accumulatedFirstMoment')].slice(6, 12).every((m) => m === 0)).toBe(true);
    // Second moments start at the others' mean, or Adam's first step would be several times the learning rate.
    const second = moments(kernel.name, 'accumulatedSecondMoment');
    const others = [0, 1, 4, 5].reduce((sum, c) => sum + second[c]!, 0) / 4;
    expect(second[2]).toBeCloseTo(others, 10);
    dispose([labels, y]);
  });
});

test('bias: every channel fires on the asked share of the data', async () => {
  const model = sequential();
  const x = images();
  await reviveChannels(model, await auditModel(model, x), { strategy: 'bias', data: x, firingRate: 0.25, seed: 1 });
  const report = await auditModel(model, x);
  expect(report.summary.deadChannels).toBe(0);
  // Later layers see other inputs once earlier channels live, so the first layer is the one to measure.
  expect([1, 4].map((c) => report.layers[0]!.perChannel.firingRate[c])).toEqual([0.25, 0.25]);
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
  await expect(
    reviveChannels(model, report, { strategy: 'recycle', optimizer: train.sgd(1), seed: 1 }),
  ).rejects.toThrow(
    '[relumine/revival/reviveChannels] `options.optimizer` must have moments to reset. Received: SGDOptimizer without any. Leave it out: plain SGD keeps none, and before the first step no optimiser does.',
  );
  await expect(reviveChannels(model, report, { strategy: 'bias', seed: 1 })).rejects.toThrow(
    "`options.data` must be given for the strategy 'bias'",
  );
  await expect(reviveChannels(model, report, { strategy: 'recycel' as 'recycle', seed: 1 })).rejects.toThrow(
    "Did you mean 'recycle'?",
  );
});

import { createRandom } from '@relumine/core';
import type { ImageDataset } from '@relumine/datasets';
import { memory } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import type { RunsResult } from '../results';
import { type CompareEvent, compare } from './compare';
import { formatRuns } from './formatRuns';
import { type ComparePlan, wholePlan } from './plan';

/** Two kinds of noise that a network can tell apart: bright on the left, or on the right. */
function halves(length: number, seed: number): ImageDataset {
  const random = createRandom(seed);
  const labels = Uint8Array.from({ length }, () => random.integer(2));
  const images = Uint8Array.from({ length: length * 64 }, (_, i) => {
    const bright = Number(i % 8 >= 4) === labels[Math.floor(i / 64)];
    return random.integer(bright ? 256 : 64);
  });
  return { name: 'halves', length, shape: [8, 8, 1], images, labels, classes: 2, classNames: ['left', 'right'] };
}

const data = { train: halves(96, 1), test: halves(40, 2) };
const plan: ComparePlan = {
  activations: ['relu', { name: 'leakyRelu', negativeSlope: 0.1 }],
  epochs: 2,
  trainSize: 96,
  testSize: 40,
  probeSize: 20,
  batchSize: 16,
  learningRate: 0.002,
  seeds: [1, 2],
};

/** The seconds are the clock's; all else is decided by the plan. */
const timeless = (result: RunsResult): unknown =>
  JSON.parse(JSON.stringify(result), (key, value: unknown) => (key === 'seconds' ? 0 : value));

describe('compare', () => {
  test('trains each activation from each seed, tells what happens, learns, and leaks nothing', async () => {
    const events: CompareEvent[] = [];
    await compare({ ...plan, seeds: [1], epochs: 1 }, { data });
    const before = memory().numTensors;
    const result = await compare(plan, { data, onEvent: (event) => events.push(event) });
    expect(memory().numTensors).toBe(before);
    expect(result.schema).toBe('relumine.runs/1');
    expect(result.backend).toMatchObject({ backend: 'wasm', threads: 1 });
    expect(result.runs.map(({ activation, params, seed }) => [activation, params, seed])).toEqual([
      ['relu', {}, 1],
      ['leakyRelu', { negativeSlope: 0.1 }, 1],
      ['relu', {}, 2],
      ['leakyRelu', { negativeSlope: 0.1 }, 2],
    ]);
    for (const run of result.runs) {
      expect(run.epochs.map(({ epoch }) => epoch)).toEqual([1, 2]);
      expect(run.testAccuracy).toBeGreaterThan(0.9);
      expect(run.layers.map(({ name, channels, units }) => [name, channels, units])).toEqual([
        ['conv1', 32, 32 * 64],
        ['conv2', 64, 64 * 16],
      ]);
      for (const layer of run.layers) {
        expect(layer.deadChannels).toBe(layer.bornDead + layer.died - layer.revived);
        // No firing in 20 samples proves a rate of at most 1 − 0.05^(1/20).
        expect(layer.firingRateBound95).toBeCloseTo(0.139108, 6);
      }
    }
    const count = (type: CompareEvent['type']): number => events.filter((event) => event.type === type).length;
    expect(['start', 'run', 'step', 'epoch', 'done'].map((type) => count(type as CompareEvent['type']))).toEqual([
      1, 4, 48, 8, 4,
    ]);
  });

  test('the same plan gives the same numbers, another seed others', async () => {
    const one = await compare({ ...plan, seeds: [3] }, { data });
    const again = await compare({ ...plan, seeds: [3] }, { data });
    const other = await compare({ ...plan, seeds: [4] }, { data });
    expect(timeless(again)).toEqual(timeless(one));
    expect(other.runs[0]!.trainLoss).not.toBe(one.runs[0]!.trainLoss);
    expect(JSON.parse(JSON.stringify(one))).toEqual(one);
  });

  test('a learning rate that is far too high kills ReLU, and the result says so', async () => {
    const result = await compare(
      { ...plan, seeds: [1], learningRate: 0.5, activations: ['relu', 'leakyRelu'] },
      { data },
    );
    const [relu, leaky] = result.runs.map(({ layers }) => layers.map(({ died }) => died));
    expect(relu!.reduce((a, b) => a + b)).toBeGreaterThan(10);
    expect(leaky).toEqual([0, 0]);
    const text = formatRuns(result);
    expect(text).toMatch(/relu +\d+\/32/);
    expect(text).toMatch(
      /Advice: relu lost \d+ of 96 channels, leakyRelu none, .*lower the learning rate \(now 0\.5\)\./,
    );
  });

  test('a loss that is not a number ends the run and is told as such', async () => {
    const result = await compare({ ...plan, seeds: [1], learningRate: 1e30, activations: ['relu'] }, { data });
    expect(result.runs[0]).toMatchObject({
      trainLoss: 'NaN',
      stopped: expect.stringMatching(/^the loss is NaN at step \d+ of epoch 1$/),
    });
    expect(formatRuns(result)).toContain('relu did not finish: the loss is NaN');
  });

  test('can be ended', async () => {
    const before = memory().numTensors;
    await expect(compare(plan, { data, signal: AbortSignal.abort() })).rejects.toThrow('abort');
    expect(memory().numTensors).toBe(before);
  });

  test('fewer test images than it would measure firing on are all measured on', () => {
    expect(wholePlan({ testSize: 200 }).probeSize).toBe(200);
    expect(wholePlan({ testSize: 900 }).probeSize).toBe(500);
    expect(() => wholePlan({ testSize: 200, probeSize: 201 })).toThrow('`plan.probeSize`');
  });

  test.each([
    [{ learningRate: -0.1 }, '`plan.learningRate` must be a finite number above 0. Received: -0.1.'],
    [{ activations: ['rlu'] }, "Did you mean 'relu'?"],
    [{ activations: [] }, '`plan.activations` must be a list of one or more. Received: [].'],
    [{ batchSize: 0 }, '`plan.batchSize` must be an integer of at least 1. Received: 0.'],
    [{ epochs: 1.5 }, '`plan.epochs`'],
    [{ seeds: [-1] }, '`plan.seeds[0]` must be an integer of at least 0'],
    [{ seeds: 3 }, '`plan.seeds` must be a list'],
    [{ normalization: 'layer' }, '`plan.normalization` must be one of none, batch, spectral'],
    [{ probeSize: 30_000 }, '`plan.probeSize` must be a finite number of at most 2000'],
    [{ testSize: -1 }, '`plan.testSize` must be an integer of at least 1. Received: -1.'],
    [{ learningrate: 1 }, "Did you mean 'learningRate'?"],
    [7, '`plan` must be an object'],
  ])('refuses %j before anything is trained', async (wrong, message) => {
    await expect(compare(wrong as ComparePlan)).rejects.toThrow(`[relumine/lab/compare] `);
    await expect(compare(wrong as ComparePlan)).rejects.toThrow(message);
  });
});

import type { CertificateReport } from '@relumine/core';
import * as tf from '@tensorflow/tfjs-core';
import { input, type LayersModel, layers, model as makeModel, sequential } from '@tensorflow/tfjs-layers';
import { useBackend } from '@tooling/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { certify } from './certify';
import { apply, networks, type Symbolic, seed } from './networks.testing';

/** One dense ReLU layer with these weights and biases. */
function dense(kernel: number[][], bias: number[], activation = 'relu'): LayersModel {
  const model = sequential({
    layers: [
      layers.dense({ units: bias.length, inputShape: [kernel.length], activation: activation as 'relu', name: 'd' }),
    ],
  });
  model.setWeights([tf.tensor2d(kernel), tf.tensor1d(bias)]);
  return model;
}

describe('verdicts', () => {
  beforeAll(() => useBackend('wasm'));

  test('dead, always active, can fire and unknown, by hand', async () => {
    const model = dense([[1, 1, 1, 0, -1]], [-1.5, 0.5, -0.5, 0, 0]);
    const {
      layers: [layer],
      summary,
      witnesses,
    } = await certify(model, { min: 0, max: 1 });
    expect(layer!.verdicts).toEqual(['dead', 'alwaysActive', 'canFire', 'dead', 'dead']);
    expect(summary).toEqual({ channels: 5, dead: 3, alwaysActive: 1, canFire: 1, unknown: 0 });
    expect(witnesses[layer!.witness[2]!]![0]![0]).toBeGreaterThan(0.5);
    expect(layer).toMatchObject({ name: 'd', source: 'd', path: [], activation: 'relu', channels: 5 });
    expect(JSON.parse(JSON.stringify(await certify(model, { min: 0, max: 1 })))).toEqual(
      await certify(model, { min: 0, max: 1 }),
    );
  });

  test('rounding goes outward: what exact arithmetic calls dead but float32 wakes is not certified', async () => {
    // Exactly −0.5; added from left to right in float32, 0.5.
    const model = dense([[1e8], [-1], [-1e8]], [0.5]);
    const {
      layers: [layer],
    } = await certify(model, { min: 1, max: 1 });
    expect(layer!.verdicts[0]).not.toBe('dead');
    // At the edge, z ≤ 0 holds exactly, but no float32 sum can be trusted that far.
    const edge = dense([[0.1], [0.2]], [-0.3]);
    expect((await certify(edge, { min: 0, max: 1 })).layers[0]!.verdicts[0]).not.toBe('dead');
    const clear = dense([[0.1], [0.2]], [-0.30001]);
    expect((await certify(clear, { min: 0, max: 1 })).layers[0]!.verdicts[0]).toBe('dead');
  });

  test('ascent finds what random points miss', async () => {
    const n = 60;
    const kernel = Array.from({ length: n }, (_, i) => [i % 2 ? 1 : -1]);
    const model = dense(kernel, [-n / 2 + 1]);
    expect((await certify(model, { min: 0, max: 1, ascentSteps: 0 })).summary.unknown).toBe(1);
    expect((await certify(model, { min: 0, max: 1 })).summary.canFire).toBe(1);
  });

  test('a dead layer kills what follows it, whatever the weights', async () => {
    const model = sequential({
      layers: [
        layers.conv2d({ filters: 8, kernelSize: 3, inputShape: [6, 6, 8], activation: 'relu', name: 'first' }),
        layers.conv2d({ filters: 8, kernelSize: 3, activation: 'relu', name: 'second', biasInitializer: 'zeros' }),
      ],
    });
    seed(model, 'upstream');
    model.getLayer('first').setWeights([tf.zeros([3, 3, 8, 8]), tf.fill([8], -1)]);
    const [kernel] = model.getLayer('second').getWeights();
    model.getLayer('second').setWeights([kernel!, tf.zeros([8])]);
    const {
      layers: [first, second],
    } = await certify(model, { min: -1, max: 1 });
    expect(first!.deadChannels).toHaveLength(8);
    expect(second!.deadChannels).toHaveLength(8);
  });

  test('NaN weights, negative variances and overflow leave everything unknown', async () => {
    expect((await certify(dense([[Number.NaN, -1]], [0, -5]), { min: 0, max: 1 })).summary.dead).toBe(0);
    const {
      layers: [layer],
    } = await certify(dense([[3e38], [3e38]], [-1]), { min: -2, max: 2 });
    expect(layer!.upper).toEqual(['Infinity']);
    expect(layer!.deadChannels).toEqual([]);
  });

  test('other activations die in their own way', async () => {
    expect((await certify(dense([[1]], [20], 'tanh'), { min: -1, max: 1 })).summary.dead).toBe(1);
    expect((await certify(dense([[1]], [20], 'sigmoid'), { min: -1, max: 1 })).summary.dead).toBe(1);
    expect((await certify(dense([[1]], [9], 'relu6'), { min: -1, max: 1 })).summary.dead).toBe(1);
    expect((await certify(dense([[10]], [40], 'tanh'), { min: -9, max: 9 })).summary.canFire).toBe(1);
    expect((await certify(dense([[1]], [-20], 'elu'), { min: -1, max: 1 })).summary.dead).toBe(1);
    expect((await certify(dense([[1]], [-20], 'linear'), { min: -1, max: 1 })).layers).toEqual([]);
  });

  test('nested and shared layers, several inputs', async () => {
    const shared = layers.dense({ units: 3, activation: 'relu', name: 'shared' });
    const inner = sequential({
      name: 'inner',
      layers: [layers.dense({ units: 2, inputShape: [3], activation: 'relu', name: 'deep' })],
    });
    const [a, b] = [input({ shape: [2] }), input({ shape: [2] })];
    const joined = apply(layers.add({}), apply(shared, a), apply(shared, b));
    const model = makeModel({ inputs: [a, b], outputs: inner.apply(joined) as Symbolic });
    shared.setWeights([
      tf.tensor2d([
        [1, 0, 1],
        [1, 0, 1],
      ]),
      tf.tensor1d([0, -1, -3]),
    ]);
    const report = await certify(model, { min: [0, 0], max: [1, [2, 2]] });
    expect(report.layers.map(({ name, path }) => [...path, name].join('/'))).toEqual(['shared', 'inner/deep']);
    // Channel 2 fires in its second use alone.
    expect(report.layers[0]!.verdicts).toEqual(['canFire', 'dead', 'canFire']);
    expect(report.inputShapes).toEqual([[2], [2]]);
    expect(report.witnesses[0]).toHaveLength(2);
  });

  test('an activation behind normalisation knows whose kernel it is', async () => {
    const model = sequential({
      layers: [
        layers.conv2d({ filters: 2, kernelSize: 1, inputShape: [null, null, 1] as never, name: 'kernel' }),
        layers.batchNormalization({}),
        layers.reLU({ name: 'act' }),
      ],
    });
    seed(model, 'owner');
    const corner = tf.zeros([3, 3, 1]);
    const report = await certify(model, { min: corner, max: 1 });
    expect(report.layers.map(({ name, source }) => [name, source])).toEqual([['act', 'kernel']]);
    expect(report.inputShapes).toEqual([[3, 3, 1]]);
    await expect(certify(model, { min: 0, max: 1 })).rejects.toThrow('since the model leaves it open: [?, ?, 1]');
    corner.dispose();
  });

  test('the same seed finds the same witnesses', async () => {
    const { model } = networks.convolutions!();
    seed(model, 'seeds', 0.5);
    const run = (): Promise<CertificateReport> =>
      certify(model, { min: -1, max: 1, seed: 'a', samples: 16, ascentSteps: 2 });
    expect(await run()).toEqual(await run());
  });

  test('what cannot be bounded is refused by name, before anything is computed', async () => {
    const x = input({ shape: [4, 3] });
    const unsupported = makeModel({
      inputs: x,
      outputs: apply(layers.lstm({ units: 2, name: 'memory', recurrentInitializer: 'glorotNormal' }), x),
    });
    await expect(certify(unsupported, { min: 0, max: 1 })).rejects.toThrow(
      "[relumine/dead-neuron-metrics/certify] `model` must be made of layers that can be bounded. Received: 'memory' (LSTM).",
    );
    const model = dense([[1]], [0]);
    await expect((certify as (one: unknown) => Promise<unknown>)(model)).rejects.toThrow(
      '`options` must be an object. Received: undefined.',
    );
    await expect(certify(model, { min: 1, max: 0 })).rejects.toThrow(
      '`min` must not be above `max`. Received: min 1, max 0 at element 0.',
    );
    await expect(certify(model, { min: Number.NaN, max: 0 })).rejects.toThrow('finite');
    await expect(certify(model, { min: [1, 2], max: 3 })).rejects.toThrow(
      'have the shape of the input, [1]. Received: 2 values.',
    );
    await expect(certify(model, { min: 'low' as never, max: 3 })).rejects.toThrow(TypeError);
    await expect(certify({} as never, { min: 0, max: 3 })).rejects.toThrow('must be a LayersModel');
    await expect(certify(model, { min: 0, max: 1, samples: -1 })).rejects.toThrow('`samples`');
  });
});

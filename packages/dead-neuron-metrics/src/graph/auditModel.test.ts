import { decodeNumber } from '@relumine/core';
import { startWasm } from '@relumine/wasm-backend';
import { type GraphModel, loadGraphModelSync } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import { expectNoLeak, useBackend } from '@tooling/testing';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { auditModel } from './auditModel';
import { CountingGraph } from './countingGraph';
import type { NodeDef } from './graphDef';

const s = (...values: string[]): { list: { s: string[] } } => ({ list: { s: values.map((value) => btoa(value)) } });
const conv = {
  strides: { list: { i: ['1', '1', '1', '1'] } },
  padding: { s: btoa('SAME') },
  data_format: { s: btoa('NHWC') },
  dilations: { list: { i: ['1', '1', '1', '1'] } },
};

interface Weight {
  name: string;
  shape: number[];
  values: number[];
}

/** A graph written by hand, loaded the way that a file would be. */
function load(nodes: NodeDef[], weights: Weight[], outputs: string[]): GraphModel {
  const constants = weights.map(({ name, shape }) => ({
    name,
    op: 'Const',
    attr: {
      dtype: { type: 'DT_FLOAT' },
      value: { tensor: { dtype: 'DT_FLOAT', tensorShape: { dim: shape.map((n) => ({ size: String(n) })) } } },
    },
  }));
  const node = [...constants, ...nodes];
  return loadGraphModelSync({
    modelTopology: { node, versions: { producer: 1, minConsumer: 1 } },
    weightSpecs: weights.map(({ name, shape }) => ({ name, shape, dtype: 'float32' as const })),
    weightData: Float32Array.from(weights.flatMap(({ values }) => values)).buffer,
    signature: { outputs: Object.fromEntries(outputs.map((name) => [`key of ${name}`, { name: `${name}:0` }])) },
  } as never) as unknown as GraphModel;
}

const placeholder = (...shape: number[]): NodeDef => ({
  name: 'x',
  op: 'Placeholder',
  attr: { dtype: { type: 'DT_FLOAT' }, shape: { shape: { dim: shape.map((n) => ({ size: String(n) })) } } },
});

/** Four channels: always 1, never, the input, minus the input. */
const kernel: Weight = { name: 'k', shape: [1, 1, 1, 4], values: [0, 0, 1, -1] };
const bias: Weight = { name: 'b', shape: [4], values: [1, -1, 0, 0] };
const slopes: Weight = { name: 'a', shape: [4], values: [0, 0, 0, 0.5] };

function fusedConv(activation: string): GraphModel {
  const inputs = ['x', 'k', 'b', ...(activation === 'Prelu' ? ['a'] : [])];
  const attr = {
    ...conv,
    T: { type: 'DT_FLOAT' },
    fused_ops: s('BiasAdd', activation),
    num_args: { i: String(inputs.length - 2) },
    leakyrelu_alpha: { f: 0.25 },
  };
  const nodes = [placeholder(-1, 2, 2, 1), { name: 'c', op: '_FusedConv2D', input: inputs, attr }];
  return load(nodes, [kernel, bias, slopes], ['c']);
}

const images = (): tf.Tensor => tf.tensor([1, 2, 3, 4, -5, -6, -7, 8], [2, 2, 2, 1]);

// Kernels that are replaced stay replaced: these come last.
/** Depthwise with Relu6, then a product with Relu, then an Elu of its own. */
function deep(): GraphModel {
  const attr = { ...conv, T: { type: 'DT_FLOAT' }, fused_ops: s('BiasAdd', 'Relu6'), num_args: { i: '1' } };
  const nodes: NodeDef[] = [
    placeholder(-1, 2, 2, 1),
    { name: 'd', op: 'FusedDepthwiseConv2dNative', input: ['x', 'k', 'b'], attr },
    { name: 'pooled', op: 'Mean', input: ['d', 'axes'], attr: { keep_dims: { b: false } } },
    {
      name: 'm',
      op: '_FusedMatMul',
      input: ['pooled', 'w', 'v'],
      attr: {
        fused_ops: s('BiasAdd', 'Relu'),
        num_args: { i: '1' },
        transpose_a: { b: false },
        transpose_b: { b: false },
      },
    },
    { name: 'e', op: 'Elu', input: ['m'], attr: {} },
  ];
  const weights: Weight[] = [
    kernel,
    bias,
    { name: 'axes', shape: [2], values: [1, 2] },
    { name: 'w', shape: [4, 2], values: [1, 0, 0, 0, 0, 0, 0, -1] },
    { name: 'v', shape: [2], values: [0.5, 0] },
  ];
  return load(nodes, weights, ['e']);
}

describe.each(['cpu', 'wasm', 'native kernels'] as const)('on %s', (backend) => {
  beforeAll(async () => void (await (backend === 'native kernels' ? startWasm() : useBackend(backend))));

  test.each([
    ['Relu', 'relu', [1]],
    ['Relu6', 'relu6', [1]],
    // Where its slope is 0, a PReLU is a ReLU.
    ['Prelu', 'prelu', [1]],
    ['LeakyRelu', 'leakyRelu', []],
    ['Elu', 'elu', []],
  ])('z of a convolution fused with %s', async (op, activation, dead) => {
    const model = fusedConv(op);
    const x = images();
    const before = tf.tidy(() => (model.predict(x) as tf.Tensor).dataSync());
    const report = await expectNoLeak(() => auditModel(model, x));
    const [layer] = report.layers;
    expect(layer).toMatchObject({ name: 'c', source: 'c', activation, channels: 4, deadChannels: dead });
    // max z per channel, from both images: the activation does not hide it.
    expect(layer!.statistics.maxPreactivation).toEqual([1, -1, 8, 7]);
    expect(layer!.statistics.max.map(decodeNumber)).toEqual(perChannelMax(before));
    expect(report.samples).toBe(2);
    expect(tf.tidy(() => (model.predict(x) as tf.Tensor).dataSync())).toEqual(before);
    x.dispose();
    model.dispose();
  });

  test('depthwise with Relu6, then a product with Relu, then an Elu of its own', async () => {
    const model = deep();
    const x = images();
    const report = await expectNoLeak(() => auditModel(model, x, { batchSize: 1 }));
    expect(report.layers.map(({ name, source, activation }) => [name, source, activation])).toEqual([
      ['d', 'd', 'relu6'],
      ['m', 'm', 'relu'],
      ['e', 'e', 'elu'],
    ]);
    expect(report.layers.map(({ deadChannels }) => deadChannels)).toEqual([[1], [1], []]);
    expect(report.curve).toEqual([
      { samples: 1, deadChannels: expect.any(Number) },
      { samples: 2, deadChannels: 2 },
    ]);
    x.dispose();
    model.dispose();
  });

  test('separate nodes, swish as one activation, and activations of the input itself', async () => {
    const nodes: NodeDef[] = [
      placeholder(-1, 3),
      { name: 'r', op: 'Relu', input: ['x'], attr: {} },
      { name: 'mm', op: 'MatMul', input: ['r', 'w'], attr: {} },
      { name: 'bn', op: 'AddV2', input: ['mm', 'v'], attr: {} },
      { name: 'gate', op: 'Sigmoid', input: ['bn'], attr: {} },
      { name: 'swish', op: 'Mul', input: ['bn', 'gate'], attr: {} },
      { name: 'unused', op: 'Relu', input: ['swish'], attr: {} },
    ];
    const weights: Weight[] = [
      { name: 'w', shape: [3, 2], values: [1, 0, 0, 1, 0, 0] },
      { name: 'v', shape: [2], values: [0, -50] },
    ];
    const model = load(nodes, weights, ['swish']);
    const x = tf.tensor2d([1, -1, -1, 2, -3, -1], [2, 3]);
    const report = await expectNoLeak(() => auditModel(model, x));
    expect(
      report.layers.map(({ name, source, activation, deadChannels }) => [name, source, activation, deadChannels]),
    ).toEqual([
      ['r', 'r', 'relu', [1, 2]],
      ['swish', 'mm', 'silu', [1]],
    ]);
    expect(x.isDisposed).toBe(false);
    x.dispose();
    model.dispose();
  });

  test('all that a LayersModel is asked for: inputs, positions, classes, ranks and a reference', async () => {
    const model = fusedConv('Relu');
    const [xs, ys] = [images(), tf.tensor1d([0, 1], 'int32')];
    const reference = await expectNoLeak(() => auditModel(model, xs));
    expect(reference.inputs).toMatchObject([{ name: 'x', values: 8, sum: 0, min: -7, max: 8 }]);
    const [layer] = reference.layers;
    expect(layer).toMatchObject({ shape: [2, 2], path: [], deadUnitFraction: 5 / 16 });
    expect(layer!.statistics.unitFired).toEqual([2, 0, 1, 1, 2, 0, 1, 1, 2, 0, 1, 1, 2, 0, 2, 0]);
    const full = await expectNoLeak(() => auditModel(model, { xs, ys }, { byClass: true, rank: true }));
    expect(full.layers[0]).toMatchObject({
      deadChannels: layer!.deadChannels,
      classes: {
        samples: [1, 1],
        fired: [
          [1, 0, 1, 0],
          [1, 0, 1, 1],
        ],
      },
      rank: { effective: expect.any(Number), stable: expect.any(Number) },
    });
    const bright = tf.mul(xs, 255);
    const { summary } = await auditModel(model, bright, { reference });
    expect(summary.advice[0]).toContain('Input x has mean');
    await expect(auditModel(model, xs, { byClass: true })).rejects.toThrow('must be { xs, ys }');
    tf.dispose([xs, ys, bright]);
    model.dispose();
  });

  test('a NaN in the data is told by unit', async () => {
    const model = fusedConv('Relu6');
    const x = tf.tensor([1, Number.NaN, 3, 4], [1, 2, 2, 1]);
    const { layers, inputs } = await expectNoLeak(() => auditModel(model, x));
    expect(layers[0]!.statistics.unitNan).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(layers[0]!.nonFiniteChannels).toEqual([0, 1, 2, 3]);
    expect(inputs![0]).toMatchObject({ nonFinite: 1, sum: 8 });
    x.dispose();
    model.dispose();
  });

  test('a PReLU whose slopes are behind an Identity, or are computed; values without channels', async () => {
    const nodes: NodeDef[] = [
      placeholder(-1, 4),
      { name: 'slopes', op: 'Identity', input: ['a'], attr: {} },
      { name: 'p', op: 'Prelu', input: ['x', 'slopes'], attr: {} },
      { name: 'computed', op: 'Mean', input: ['p', 'first'], attr: { keep_dims: { b: false } } },
      { name: 'q', op: 'Prelu', input: ['p', 'computed'], attr: {} },
      { name: 'total', op: 'Sum', input: ['q', 'last'], attr: { keep_dims: { b: false } } },
      { name: 'r', op: 'Relu', input: ['total'], attr: {} },
    ];
    const axes = [0, 1].map((axis): Weight => ({ name: axis === 0 ? 'first' : 'last', shape: [1], values: [axis] }));
    const model = load(nodes, [slopes, ...axes], ['r']);
    const x = tf.tensor2d([-1, 1, -1, -1, -2, -1, -1, -5], [2, 4]);
    const report = await expectNoLeak(() => auditModel(model, x));
    expect(report.layers.map(({ name, deadChannels, channels }) => [name, deadChannels, channels])).toEqual([
      ['p', [0, 2], 4],
      ['q', [], 4],
      ['r', [], 1],
    ]);
    x.dispose();
    model.dispose();
  });

  test('a PReLU with a slope for each unit', async () => {
    const each: Weight = { name: 'u', shape: [2, 2], values: [0, 1, 0.5, 0] };
    const model = load([placeholder(-1, 2, 2), { name: 'p', op: 'Prelu', input: ['x', 'u'], attr: {} }], [each], ['p']);
    const x = tf.tensor3d([-1, -1, -1, -1], [1, 2, 2]);
    const { layers } = await expectNoLeak(() => auditModel(model, x));
    expect(layers[0]!.statistics.unitFired).toEqual([0, 1, 1, 0]);
    x.dispose();
    model.dispose();
  });

  test('counted while it runs: as by its values, whoever else audits; nothing stays registered', async () => {
    const model = deep();
    const [x, dark] = [images(), tf.zeros([2, 2, 2, 1])];
    const reports = await expectNoLeak(() => Promise.all([x, dark].map((one) => auditModel(model, one))));
    const fits = vi.spyOn(CountingGraph, 'fits').mockReturnValue(false);
    for (const [i, one] of [x, dark].entries()) expect(await auditModel(model, one)).toEqual(reports[i]);
    fits.mockRestore();
    expect(reports[0]).not.toEqual(reports[1]);
    for (let i = 0; i < 100; i++) {
      const op = `RelumineCounted${i}`;
      const registered = load([placeholder(-1, 1), { name: 'y', op, input: ['x'], attr: {} }], [], ['y']);
      expect(() => registered.predict(tf.zeros([1, 1]))).toThrow(`Unknown op '${op}'`);
      registered.dispose();
    }
    tf.dispose([x, dark]);
    model.dispose();
  });

  test('generators are consumed; one that throws leaves nothing behind', async () => {
    const model = fusedConv('Relu');
    const once = await expectNoLeak(() =>
      auditModel(
        model,
        (function* () {
          yield images();
          yield { xs: images() };
        })(),
      ),
    );
    expect(once.samples).toBe(4);
    await expectNoLeak(async () => {
      const failing = (function* () {
        yield images();
        throw new Error('no more images');
      })();
      await expect(auditModel(model, failing)).rejects.toThrow('no more images');
    });
    model.dispose();
  });

  test('what cannot be audited is named', async () => {
    await expect(auditModel({} as never, [])).rejects.toThrow(
      "must be a loaded GraphModel. Received: Object. For a LayersModel, import from '@relumine/dead-neuron-metrics/layers'.",
    );
    const linear = load([placeholder(-1, 1), { name: 'y', op: 'Identity', input: ['x'], attr: {} }], [], ['y']);
    await expect(auditModel(linear, [])).rejects.toThrow('must have an activation that its outputs depend on');
    const model = fusedConv('Relu');
    await expect(auditModel(model, [])).rejects.toThrow('must hold one sample at least');
    await expect(auditModel(model, [], { batchSize: 0 })).rejects.toThrow('`options.batchSize`');
    model.dispose();
  });
});

function perChannelMax(values: ArrayLike<number>): number[] {
  const max = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < values.length; i++) max[i % 4] = Math.max(max[i % 4]!, values[i]!) + 0;
  return max;
}

import { type CertificateReport, createRandom, decodeNumber } from '@relumine/core';
import { startWasm } from '@relumine/wasm-backend';
import * as tf from '@tensorflow/tfjs-core';
import { input, type LayersModel, layers, model as makeModel, sequential } from '@tensorflow/tfjs-layers';
import { expectNoLeak, useBackend } from '@tooling/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { certify } from './certify';

type Built = {
  model: LayersModel;
  z: string[];
  min: number;
  max: number;
  /** Samples that climb, and for how many steps; tfjs has no gradient for dilation and for `greater`. */
  climb?: [samples: number, steps: number];
};
type Symbol = ReturnType<typeof input>;

/** Seeded weights: kernels and biases normal, moments of batch normalisation positive. */
function seed(model: LayersModel, name: string, scale = 1): void {
  const random = createRandom(name);
  const weights = model.weights.map(({ originalName, shape }) => {
    const size = shape.reduce<number>((n, d) => n * (d ?? 1), 1);
    const variance = /variance/.test(originalName);
    const values = Float32Array.from({ length: size }, () => {
      const x = random.normal();
      return variance ? 0.2 + x * x : scale * x;
    });
    return tf.tensor(values, shape as number[]);
  });
  model.setWeights(weights);
  tf.dispose(weights);
}

const act = (x: Symbol, activation: string): Symbol =>
  layers.activation({ activation: activation as 'relu' }).apply(x) as Symbol;
const apply = (layer: { apply(x: never): unknown }, ...xs: Symbol[]): Symbol =>
  layer.apply((xs.length === 1 ? xs[0] : xs) as never) as Symbol;

/** Small networks of every kind of layer; `z` names the layers whose outputs are pre-activations. */
const networks: Record<string, () => Built> = {
  convolutions() {
    const x = input({ shape: [7, 6, 2] });
    const a = apply(layers.conv2d({ filters: 5, kernelSize: 3, padding: 'same', name: 'z1' }), x);
    const b = apply(layers.conv2d({ filters: 6, kernelSize: [2, 3], strides: [2, 1], name: 'z2' }), act(a, 'relu'));
    const c = apply(layers.conv2d({ filters: 4, kernelSize: 2, padding: 'same', name: 'z3' }), act(b, 'relu6'));
    const d = apply(layers.dense({ units: 5, name: 'z4' }), apply(layers.flatten(), act(c, 'relu')));
    const y = apply(layers.dense({ units: 3, activation: 'softmax' }), act(d, 'relu'));
    return { model: makeModel({ inputs: x, outputs: y }), z: ['z1', 'z2', 'z3', 'z4'], min: -1, max: 1 };
  },
  winograd() {
    const x = input({ shape: [8, 8, 3] });
    const a = apply(layers.conv2d({ filters: 8, kernelSize: 3, padding: 'same', name: 'z1' }), x);
    const b = apply(layers.conv2d({ filters: 12, kernelSize: 3, padding: 'same', name: 'z2' }), act(a, 'relu'));
    const c = apply(layers.conv2d({ filters: 8, kernelSize: 3, name: 'z3' }), act(b, 'relu'));
    return {
      model: makeModel({ inputs: x, outputs: act(c, 'relu') }),
      z: ['z1', 'z2', 'z3'],
      min: 0,
      max: 1,
      climb: [24, 2],
    };
  },
  mobile() {
    const x = input({ shape: [8, 8, 3] });
    const a = apply(
      layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, strides: 2, padding: 'same', name: 'z1' }),
      x,
    );
    const b = apply(
      layers.separableConv2d({ filters: 5, kernelSize: 3, depthMultiplier: 2, padding: 'same', name: 'k2' }),
      act(a, 'relu6'),
    );
    const c = apply(layers.batchNormalization({ name: 'z2' }), b);
    const padded = apply(
      layers.zeroPadding2d({
        padding: [
          [1, 0],
          [0, 2],
        ],
      }),
      act(c, 'relu'),
    );
    const d = apply(layers.conv2d({ filters: 4, kernelSize: 1, name: 'z3' }), padded);
    const e = apply(layers.dense({ units: 4, name: 'z4' }), apply(layers.globalAveragePooling2d({}), act(d, 'swish')));
    return { model: makeModel({ inputs: x, outputs: act(e, 'relu') }), z: ['z1', 'z2', 'z3', 'z4'], min: 0, max: 1 };
  },
  residual() {
    const x = input({ shape: [6, 6, 4] });
    const a = apply(layers.batchNormalization({ name: 'z1' }), x);
    const b = apply(layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same', useBias: false }), act(a, 'relu'));
    const c = apply(layers.add({ name: 'z2' }), x, b);
    const d = act(c, 'relu');
    const pooled = apply(
      layers.concatenate({ name: 'joined' }),
      apply(layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' }), d),
      apply(layers.averagePooling2d({ poolSize: 3, strides: 2, padding: 'same' }), d),
    );
    const e = apply(
      layers.conv2d({ filters: 6, kernelSize: 2, name: 'z3' }),
      apply(layers.dropout({ rate: 0.5 }), pooled),
    );
    const f = apply(layers.globalMaxPooling2d({}), act(e, 'relu'));
    return { model: makeModel({ inputs: x, outputs: f }), z: ['z1', 'z2', 'z3'], min: -0.5, max: 0.5 };
  },
  sequence() {
    const x = input({ shape: [12, 3] });
    const a = apply(layers.conv1d({ filters: 4, kernelSize: 3, padding: 'same', name: 'z1' }), x);
    const b = apply(
      layers.conv1d({ filters: 5, kernelSize: 2, strides: 2, padding: 'same', name: 'z2' }),
      apply(layers.maxPooling1d({ poolSize: 2, strides: 2 }), act(a, 'relu')),
    );
    const c = apply(layers.averagePooling1d({ poolSize: 2, strides: 1, padding: 'same' }), act(b, 'tanh'));
    const d = apply(layers.reshape({ targetShape: [15] }), c);
    const e = apply(layers.dense({ units: 6, name: 'z3' }), apply(layers.permute({ dims: [1] }), d));
    return { model: makeModel({ inputs: x, outputs: act(e, 'relu') }), z: ['z1', 'z2', 'z3'], min: -1, max: 0.5 };
  },
  merges() {
    const x = input({ shape: [5] });
    const wide = (name: string): Symbol => apply(layers.dense({ units: 6, name }), x);
    const [a, b, c] = ['z1', 'z2', 'z3'].map(wide) as [Symbol, Symbol, Symbol];
    const product = apply(layers.multiply({}), act(a, 'gelu'), act(b, 'mish'));
    const other = apply(layers.maximum({}), product, apply(layers.average({}), act(c, 'elu'), act(a, 'selu')));
    const least = apply(layers.minimum({}), other, act(b, 'softplus'));
    const d = apply(layers.dense({ units: 5, name: 'z4' }), least);
    const e = apply(layers.dense({ units: 5, name: 'z5' }), act(d, 'hardSigmoid'));
    const f = apply(layers.dense({ units: 5, name: 'z6' }), act(e, 'gelu_new'));
    return {
      model: makeModel({ inputs: x, outputs: act(act(f, 'sigmoid'), 'softsign') }),
      z: ['z1', 'z2', 'z3', 'z4', 'z5', 'z6'],
      min: -0.3,
      max: 0.4,
    };
  },
  parametric() {
    const x = input({ shape: [4, 4, 2] });
    const a = apply(layers.conv2d({ filters: 3, kernelSize: 2, name: 'z1' }), x);
    const b = apply(
      layers.conv2d({ filters: 3, kernelSize: 2, name: 'z2' }),
      apply(layers.prelu({ sharedAxes: [1, 2] }), a),
    );
    const c = apply(layers.prelu({}), b);
    const d = apply(layers.upSampling2d({ size: [2, 2] }), apply(layers.leakyReLU({ alpha: 0.1 }), c));
    const e = apply(
      layers.cropping2D({
        cropping: [
          [1, 0],
          [0, 1],
        ],
      }),
      d,
    );
    const f = apply(layers.conv2d({ filters: 4, kernelSize: 3, name: 'z3' }), e);
    return {
      model: makeModel({ inputs: x, outputs: apply(layers.reLU({ maxValue: 1 }), f) }),
      z: ['z1', 'z2', 'z3'],
      min: -1,
      max: 1,
    };
  },
  dilated() {
    const x = input({ shape: [6, 6, 2] });
    const a = apply(layers.conv2d({ filters: 4, kernelSize: 2, dilationRate: 2, padding: 'same', name: 'z1' }), x);
    const b = apply(
      layers.conv2d({ filters: 3, kernelSize: 3, dilationRate: [2, 1], name: 'z2' }),
      apply(layers.thresholdedReLU({ theta: 0.2 }), a),
    );
    const model = makeModel({ inputs: x, outputs: act(b, 'relu') });
    return { model, z: ['z1', 'z2'], min: -1, max: 1, climb: [200, 0] };
  },
};

/** z of the named layers by the stock model, without the machinery under test. */
function probe({ model, z }: Built): LayersModel {
  return makeModel({ inputs: model.inputs, outputs: z.map((name) => model.getLayer(name).output as Symbol) });
}

/** The certificate of the activation that follows the layer `name`, by what its bounds are of. */
function certificateOf(
  report: CertificateReport,
  model: LayersModel,
  name: string,
): CertificateReport['layers'][number][] {
  const output = model.getLayer(name).output as Symbol;
  return report.layers.filter((layer) => (model.getLayer(layer.name).input as Symbol).id === output.id);
}

describe.each(['cpu', 'wasm', 'native'] as const)('on %s', (backend) => {
  // Last of the three: from then on, the wasm backend has Relumine's kernels, with Winograd's convolutions among them.
  beforeAll(async () => {
    if (backend === 'native') expect((await startWasm({ threads: 1 })).kernels).toBe('native');
    else await useBackend(backend);
  });

  test.each(Object.keys(networks))('%s: no input, drawn or climbed, contradicts a certificate', async (kind) => {
    const built = networks[kind]!();
    const { model, min, max } = built;
    seed(model, kind, kind === 'merges' ? 0.7 : 0.5);
    const report = await certify(model, { min, max, samples: 16, ascentSteps: 4, restarts: 1 });
    const zs = probe(built);
    const random = createRandom(`${kind} inputs`);
    const shape = model.inputs[0]!.shape.slice(1) as number[];
    const size = shape.reduce((a, b) => a * b, 1);
    const [count, steps] = backend === 'wasm' ? [200, 0] : (built.climb ?? [100, 10]);
    const values = Float32Array.from({ length: count * size }, (_, i) => {
      const share = random.uniform();
      return min + (Math.floor(i / size) % 2 ? Math.round(share) : share) * (max - min);
    });
    let x = tf.tensor(values, [count, ...shape]);
    // Climbs every channel's z up and down at once: each sample has its own direction for each channel.
    const directions = built.z.map((name, i) => {
      const channels = (model.getLayer(name).outputShape as number[]).at(-1)!;
      return tf.randomNormal([count, channels], 0, 1, 'float32', i + 1);
    });
    let checked = 0;
    const outside: string[] = [];
    for (let step = 0; step <= steps; step++) {
      const outputs = [zs.predict(x)].flat() as tf.Tensor[];
      for (const [k, name] of built.z.entries()) {
        const z = outputs[k]!;
        const data = z.dataSync();
        for (const layer of certificateOf(report, model, name)) {
          const perSample = data.length / count;
          const fired = Array.from({ length: count }, () => new Array<boolean>(layer.channels).fill(false));
          const [lower, upper] = [layer.lower.map(decodeNumber), layer.upper.map(decodeNumber)];
          for (let i = 0; i < data.length; i++) {
            const c = i % layer.channels;
            if (data[i]! < lower[c]! || data[i]! > upper[c]!) outside.push(`${name}, channel ${c}: ${data[i]}`);
            if (data[i]! > 0) fired[Math.floor(i / perSample)]![c] = true;
          }
          checked += data.length;
          if (layer.activation !== 'relu' || layer.name.startsWith('re_lu')) continue;
          for (const c of layer.deadChannels) expect(fired.some((row) => row[c])).toBe(false);
          for (const c of layer.alwaysActiveChannels) expect(fired.every((row) => row[c])).toBe(true);
        }
      }
      const next =
        step < steps
          ? tf.tidy(() => {
              const slope = tf.grad((value: tf.Tensor) => {
                const parts = ([zs.apply(value)].flat() as tf.Tensor[]).map((z, k) => {
                  const axes = z.shape.map((_, axis) => axis).slice(1, -1);
                  return tf.sum(tf.mul(axes.length ? tf.mean(z, axes) : z, directions[k]!));
                });
                return tf.addN(parts) as tf.Scalar;
              })(x);
              const moved = tf.add(x, tf.mul(tf.sign(slope), (max - min) * 0.4 * 0.7 ** step));
              return tf.clipByValue(moved, min, max);
            })
          : tf.clone(x);
      tf.dispose([...outputs, x]);
      x = next;
    }
    expect(outside).toEqual([]);
    expect(checked).toBeGreaterThan(1000);
    tf.dispose([x, ...directions]);
    model.dispose();
  });

  test.each(Object.keys(networks))('%s: the bounds of a single point are its z', async (kind) => {
    const built = networks[kind]!();
    const { model, min, max } = built;
    seed(model, `${kind} at a point`, 0.5);
    const shape = model.inputs[0]!.shape.slice(1) as number[];
    const point = tf.randomUniform(shape, min, max, 'float32', 5);
    const report = await certify(model, { min: point, max: point, samples: 0, ascentSteps: 0 });
    const x = tf.expandDims(point);
    const outputs = [probe(built).predict(x)].flat() as tf.Tensor[];
    for (const [k, name] of built.z.entries()) {
      const z = outputs[k]!.dataSync();
      const scale = Math.max(...z.map(Math.abs));
      // Winograd's transforms lose digits, and their bounds more so.
      const slack = kind === 'winograd' ? 0.05 : 0.01;
      for (const layer of certificateOf(report, model, name))
        for (let c = 0; c < layer.channels; c++) {
          const own = z.filter((_, i) => i % layer.channels === c);
          expect(Math.abs(decodeNumber(layer.lower[c]!) - Math.min(...own))).toBeLessThan(slack * scale);
          expect(Math.abs(decodeNumber(layer.upper[c]!) - Math.max(...own))).toBeLessThan(slack * scale);
        }
    }
    tf.dispose([point, x, ...outputs]);
    model.dispose();
  });

  test('every witness fires in a forward pass, inside the box', async () => {
    const built = networks.convolutions!();
    const { model } = built;
    seed(model, 'witness', 0.5);
    const report = await certify(model, { min: -1, max: 1 });
    expect(report.summary.canFire).toBeGreaterThan(5);
    const zs = probe(built);
    for (const name of ['z1', 'z2', 'z4']) {
      const [layer] = certificateOf(report, model, name);
      for (const c of layer!.canFireChannels) {
        const witness = report.witnesses[layer!.witness[c]!]![0]!;
        expect(Math.min(...witness)).toBeGreaterThanOrEqual(-1);
        expect(Math.max(...witness)).toBeLessThanOrEqual(1);
        const x = tf.tensor(witness, [1, 7, 6, 2]);
        const z = (zs.predict(x) as tf.Tensor[])[built.z.indexOf(name)]!;
        expect(z.dataSync().some((value, i) => i % layer!.channels === c && value > 0)).toBe(true);
        tf.dispose([x, z]);
      }
    }
    model.dispose();
  });

  test('nothing leaks, and the model stays as it is', async () => {
    const { model } = networks.mobile!();
    seed(model, 'leak');
    const x = tf.ones([1, 8, 8, 3]);
    const before = (model.predict(x) as tf.Tensor).dataSync();
    const config = JSON.stringify(model.toJSON(null, false));
    await expectNoLeak(async () => {
      await certify(model, { min: 0, max: 1, samples: 16, ascentSteps: 2, restarts: 1 });
    });
    await expectNoLeak(async () => {
      await expect(certify(model, { min: 1, max: 0 })).rejects.toThrow(RangeError);
    });
    expect((model.predict(x) as tf.Tensor).dataSync()).toEqual(before);
    expect(JSON.stringify(model.toJSON(null, false))).toBe(config);
    x.dispose();
    model.dispose();
  });
});

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
    const model = makeModel({ inputs: [a, b], outputs: inner.apply(joined) as Symbol });
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

describe('with compiled kernels', () => {
  beforeAll(() => startWasm({ threads: 1 }));

  test('Winograd mixes pixels that a result does not depend on; the bounds allow for it', async () => {
    const model = sequential({
      layers: [layers.conv2d({ filters: 8, kernelSize: 3, inputShape: [6, 6, 8], activation: 'relu', name: 'c' })],
    });
    seed(model, 'mixing');
    // Every output sees the pixel (1, 1) through a tap that is 0, or not at all.
    const [kernel, bias] = model.getWeights();
    const values = kernel!.dataSync().map((w, i) => ([0, 1, 3, 4].includes(Math.floor(i / 64)) ? 0 : w));
    model.setWeights([tf.tensor(values, [3, 3, 8, 8]), bias!]);
    const random = createRandom('pixels');
    const pixels = Float32Array.from({ length: 288 }, (_, i) => (Math.floor(i / 8) === 7 ? 1e6 : random.normal()));
    const corner = tf.tensor(pixels, [6, 6, 8]);
    const x = tf.tensor(pixels, [1, 6, 6, 8]);
    const { layers: certificates } = await certify(model, { min: corner, max: corner });
    const [lower, upper] = [certificates[0]!.lower.map(decodeNumber), certificates[0]!.upper.map(decodeNumber)];
    // The same convolution without its activation, as the backend computes it and as it is.
    const z = tf.tidy(() =>
      tf.add(tf.conv2d(x as tf.Tensor4D, tf.tensor(values, [3, 3, 8, 8]) as tf.Tensor4D, 1, 'valid'), bias!).dataSync(),
    );
    const exact = exactConvolution(pixels, values, bias!.dataSync());
    expect(Math.max(...z.map((value, i) => Math.abs(value - exact[i]!)))).toBeGreaterThan(1e-3);
    for (const [i, value] of z.entries()) {
      expect(value).toBeGreaterThanOrEqual(lower[i % 8]!);
      expect(value).toBeLessThanOrEqual(upper[i % 8]!);
    }
  });
});

/** A 3 × 3 convolution of 8 to 8 channels over 6 × 6 pixels in float64. */
function exactConvolution(x: Float32Array, kernel: ArrayLike<number>, bias: ArrayLike<number>): number[] {
  return Array.from({ length: 4 * 4 * 8 }, (_, i) => {
    const [y, column, o] = [Math.floor(i / 32), Math.floor(i / 8) % 4, i % 8];
    let sum = bias[o]!;
    for (let tap = 0; tap < 9; tap++)
      for (let c = 0; c < 8; c++) {
        const pixel = (y + Math.floor(tap / 3)) * 6 + column + (tap % 3);
        sum += x[pixel * 8 + c]! * kernel[(tap * 8 + c) * 8 + o]!;
      }
    return sum;
  });
}

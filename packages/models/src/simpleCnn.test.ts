import { startWasm } from '@relumine/wasm-backend';
import { dispose, io, memory, randomNormal, softmax, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { type LayersModel, loadLayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import type { ModelOptions } from './options';
import { type SimpleCnnOptions, simpleCnn } from './simpleCnn';

beforeAll(async () => {
  await startWasm({ threads: 1 });
});

const small: ModelOptions = { inputShape: [8, 8, 1], classes: 3 };
const values = (model: LayersModel): number[][] => model.getWeights().map((weight) => [...weight.dataSync()]);
const withModel = async <T>(options: SimpleCnnOptions, use: (model: LayersModel) => T | Promise<T>): Promise<T> => {
  const model = simpleCnn(options);
  try {
    return await use(model);
  } finally {
    model.dispose();
  }
};
const weightsOf = (options: SimpleCnnOptions): Promise<number[][]> => withModel(options, values);

describe('simpleCnn', () => {
  test('has the layers that it says, each activation behind a kernel, never behind another activation', () =>
    withModel({}, (model) => {
      expect(model.layers.slice(1).map(({ name }) => name)).toEqual([
        'conv1',
        'conv1_activation',
        'pool1',
        'conv2',
        'conv2_activation',
        'pool2',
        'flatten',
        'output',
      ]);
      expect(model.getLayer('conv1').getConfig()).toMatchObject({
        filters: 32,
        kernelSize: [3, 3],
        activation: 'linear',
      });
      expect(model.getLayer('conv2').getConfig()).toMatchObject({
        filters: 64,
        kernelSize: [3, 3],
        activation: 'linear',
      });
      expect(model.outputShape).toEqual([null, 10]);
      // (9 + 1)·32 + (9·32 + 1)·64 + (7·7·64 + 1)·10
      expect(model.countParams()).toBe(50_186);
    }));

  test('equal seeds give equal weights, other seeds others, and every kernel its own', async () => {
    const [first, again, other] = [
      await weightsOf(small),
      await weightsOf(small),
      await weightsOf({ ...small, seed: 2 }),
    ];
    expect(again).toEqual(first);
    expect(other[0]).not.toEqual(first[0]);
    expect(await weightsOf({ ...small, seed: 0 })).toEqual(await weightsOf({ ...small, seed: 0 }));
    expect(await weightsOf({ ...small, seed: 'words' })).toEqual(await weightsOf({ ...small, seed: 'words' }));
    // What is compared starts from the same kernels, whatever the activation.
    const [relu, leaky] = [
      await weightsOf({ ...small, activation: 'relu' }),
      await weightsOf({ ...small, activation: 'leakyRelu' }),
    ];
    expect(leaky).toEqual(relu);
  });

  test('heNormal has the deviation that its name promises, but for the tails that tfjs cuts off', async () => {
    const [, , kernel] = await weightsOf({});
    const deviation = Math.sqrt(kernel!.reduce((sum, w) => sum + w * w, 0) / kernel!.length);
    // 18,432 weights: a standard error of 0.5 %.
    expect(deviation / (0.8796 * Math.sqrt(2 / (9 * 32)))).toBeCloseTo(1, 1.5);
  });

  test('the kaiming initialisers take the gain of the activation that follows', async () => {
    const [, , kernel] = await weightsOf({ initializer: 'kaimingNormal', activation: ['relu', 'linear'] });
    const [, , uniform] = await weightsOf({
      initializer: 'kaimingUniform',
      activation: { name: 'leakyRelu', negativeSlope: 1 },
    });
    for (const weights of [kernel!, uniform!]) {
      const deviation = Math.sqrt(weights.reduce((sum, w) => sum + w * w, 0) / weights.length);
      expect(deviation * Math.sqrt(9 * 32)).toBeCloseTo(1, 1.5);
    }
  });

  test('takes one activation per layer, by name or as a spec', () =>
    withModel({ ...small, activation: ['relu', { name: 'leakyRelu', negativeSlope: 0.25 }] }, (model) => {
      const [relu, leaky] = ['conv1_activation', 'conv2_activation'].map((name) => model.getLayer(name));
      const x = randomNormal([2, 4, 4, 3], 0, 1, 'float32', 1);
      const [r, l, z] = [relu!.apply(x) as Tensor, leaky!.apply(x) as Tensor, x].map((t) => [...t.dataSync()]);
      expect(r).toEqual(z!.map((v) => Math.max(0, v)));
      expect(l).toEqual(z!.map((v) => (v > 0 ? v : Math.fround(0.25 * v))));
    }));

  test('the slope of PReLU is a weight, starts at 0.25 and learns', () =>
    withModel({ ...small, activation: 'prelu' }, async (model) => {
      const slopes = (): number[] =>
        model.trainableWeights.filter(({ name }) => name.includes('alpha')).flatMap((w) => [...w.read().dataSync()]);
      expect(new Set(slopes())).toEqual(new Set([0.25]));
      await step(model);
      // A channel that is never negative where it is read has no gradient to its slope; most have.
      expect(slopes().filter((slope) => slope !== 0.25).length).toBeGreaterThan(48);
    }));

  test('batch normalisation stands between kernel and activation, and takes the place of the bias', () =>
    withModel({ ...small, normalization: 'batch' }, (model) => {
      expect(model.layers.slice(1, 4).map(({ name }) => name)).toEqual(['conv1', 'conv1_norm', 'conv1_activation']);
      expect(model.getLayer('conv1').getWeights()).toHaveLength(1);
    }));

  test('refuses wrong options, and leaves nothing behind', () => {
    const make = (options: object) => () => simpleCnn(options as ModelOptions);
    const before = memory().numTensors;
    expect(make({ activation: 'leakyRelo' })).toThrow("Did you mean 'leakyRelu'?");
    expect(make({ activation: ['relu'] })).toThrow(
      '[relumine/models/simpleCnn] `options.activation` must be one activation, or 2, one for each layer. Received: ["relu"].',
    );
    expect(make({ activation: ['relu', 'rely'] })).toThrow('`options.activation[1]`');
    expect(make({ activation: 'glu' })).toThrow(RangeError);
    expect(make({ activation: 7 })).toThrow(TypeError);
    expect(make({ normalization: 'layer' })).toThrow('`options.normalization` must be one of none, batch, spectral');
    expect(make({ initializer: 'heNorml' })).toThrow("Did you mean 'heNormal'?");
    expect(make({ inputShape: [28, 28] })).toThrow('`options.inputShape` must be [height, width, channels]');
    expect(make({ classes: 1 })).toThrow('`options.classes` must be an integer of at least 2');
    expect(make({ seed: Number.NaN })).toThrow('`seed`');
    expect(memory().numTensors).toBe(before);
  });
});

async function step(model: LayersModel): Promise<number> {
  model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy' });
  const batch = batchFor(model);
  const loss = (await model.trainOnBatch(batch.xs, batch.ys)) as number;
  dispose(batch as never);
  return loss;
}

function batchFor(model: LayersModel): { xs: Tensor; ys: Tensor } {
  const [shape, classes] = [model.inputs[0]!.shape.slice(1) as number[], model.outputShape.at(-1) as number];
  const xs = randomNormal([4, ...shape], 0, 1, 'float32', 5);
  const ys = tidy(() => softmax(randomNormal([4, classes], 0, 1, 'float32', 6)));
  return { xs, ys };
}

describe.each(['none', 'batch', 'spectral'] as const)('normalization %s', (normalization) => {
  test.each(['relu', 'leakyRelu', 'prelu', 'elu'] as const)('%s trains, saves and loads', async (activation) => {
    await withModel({ ...small, normalization, activation }, async (model) => {
      model.summary(80, undefined, () => undefined);
      const losses = [await step(model), await step(model)];
      expect(losses.every(Number.isFinite)).toBe(true);
      let saved: io.ModelArtifacts | undefined;
      await model.save(
        io.withSaveHandler(async (artifacts) => {
          saved = artifacts;
          return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
        }),
      );
      const loaded = await loadLayersModel(io.fromMemory(saved!));
      const { xs, ys } = batchFor(model);
      const [expected, actual] = [model, loaded].map((m) => tidy(() => [...(m.predict(xs) as Tensor).dataSync()]));
      expect(actual).toEqual(expected);
      dispose([xs, ys]);
      loaded.dispose();
    });
  });

  test('depth and width: as many convolutions, twice the width after the first, no pool after the third', () =>
    withModel({ depth: 4, width: 3 }, (model) => {
      const names = model.layers.map(({ name }) => name);
      expect(names.filter((name) => /^conv\d$/.test(name))).toEqual(['conv1', 'conv2', 'conv3', 'conv4']);
      expect(names.filter((name) => name.startsWith('pool'))).toEqual(['pool1', 'pool2', 'pool3']);
      const filters = [1, 2, 3, 4].map((i) => model.getLayer(`conv${i}`).getConfig().filters);
      expect(filters).toEqual([3, 6, 6, 6]);
    }));

  test.each([
    [{ depth: 0 }, 'options.depth'],
    [{ depth: 7 }, 'options.depth'],
    [{ width: 1.5 }, 'options.width'],
    [{ bias: Number.NaN }, 'options.bias'],
  ])('%o is refused by name', (options, name) => {
    expect(() => simpleCnn(options)).toThrow(`\`${name}\``);
  });

  test.each(['none', 'batch', 'spectral'] as const)(
    'with normalisation %s, hidden biases start where asked',
    (normalization) =>
      withModel({ ...small, normalization, bias: -0.25, width: 2 }, (model) => {
        const layer = normalization === 'batch' ? 'conv1_norm' : 'conv1';
        const found = model.getLayer(layer).weights.find(({ name }) => /bias|beta/.test(name));
        expect([...found!.read().dataSync()]).toEqual([-0.25, -0.25]);
      }),
  );

  test.each(['none', 'batch', 'spectral'] as const)(
    'with normalisation %s, false means no hidden bias',
    (normalization) =>
      withModel({ ...small, normalization, bias: false }, (model) => {
        const names = model.weights.map(({ name }) => name).filter((name) => !name.startsWith('output'));
        expect(names.filter((name) => /bias|beta/.test(name))).toEqual([]);
        const x = randomNormal([2, 8, 8, 1]);
        const y = model.predict(x) as Tensor;
        expect(y.shape).toEqual([2, 3]);
        dispose([x, y]);
      }),
  );

  test('orthogonal kernels need nothing but tfjs-core and tfjs-layers, and their columns are orthonormal', () =>
    withModel({ ...small, initializer: 'orthogonal', width: 4 }, (model) => {
      const kernel = model.getLayer('conv1').getWeights()[0]!.dataSync();
      const dot = (a: number, b: number) =>
        Array.from({ length: 9 }, (_, i) => kernel[4 * i + a]! * kernel[4 * i + b]!).reduce((x, y) => x + y);
      expect(dot(0, 0)).toBeCloseTo(1, 5);
      expect(dot(0, 1)).toBeCloseTo(0, 5);
    }));
});

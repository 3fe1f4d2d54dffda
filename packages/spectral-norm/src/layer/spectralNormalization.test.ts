import { startWasm } from '@relumine/wasm-backend';
import { dispose, io, ones, randomNormal, type Tensor, tensor, train, zeros } from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { countTensors, expectNoLeak, expectTensorClose } from '@tooling/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { createSpectralState, spectralNormalize } from '../index';
import { foldSpectralNormalization, spectralNormalization } from '../layers';

beforeAll(() => startWasm());

const seeded = (seed: number) => tfl.initializers.randomNormal({ stddev: 1, seed });

function network(mode: 'reparametrize' | 'assign'): tfl.Sequential {
  const model = tfl.sequential();
  const conv = tfl.layers.conv2d({
    filters: 4,
    kernelSize: 3,
    activation: 'relu',
    kernelInitializer: seeded(1),
    name: 'conv',
  });
  model.add(spectralNormalization({ layer: conv, mode, seed: 1, name: 'sn_conv', inputShape: [6, 6, 2] } as never));
  model.add(tfl.layers.flatten());
  model.add(
    spectralNormalization({
      layer: tfl.layers.dense({ units: 3, kernelInitializer: seeded(2), name: 'dense' }),
      mode,
      seed: 2,
      name: 'sn_dense',
    }),
  );
  return model;
}

/** The largest singular value of what a dense layer computes with, by many steps. */
function sigmaOf(kernel: Tensor): number {
  const state = createSpectralState(kernel, { seed: 3, warmUp: 200 });
  const run = spectralNormalize(kernel, state);
  const [sigma] = run.sigma.dataSync();
  dispose([state.u, state.v, run.kernel, run.sigma, run.state.u, run.state.v]);
  return sigma!;
}

const kernelsIn = (model: tfl.LayersModel): Tensor[] =>
  model.layers.flatMap((layer) => (layer.weights[0] ? [layer.weights[0].read()] : []));

describe.each(['reparametrize', 'assign'] as const)('%s', (mode) => {
  test('trains inside fit, folds into plain layers with sigma 1, and leaks nothing', async () => {
    const model = network(mode);
    model.compile({ optimizer: train.sgd(0.01), loss: 'meanSquaredError' });
    const [x, y] = [randomNormal([16, 6, 6, 2], 0, 1, 'float32', 5), randomNormal([16, 3], 0, 1, 'float32', 6)];
    const config = { epochs: 15, batchSize: 16, shuffle: false, verbose: 0 as const };
    const first = await model.fit(x, y, config);
    const before = countTensors();
    const later = await model.fit(x, y, config);
    expect(countTensors()).toEqual(before);
    expect(later.history.loss!.at(-1)).toBeLessThan(first.history.loss![0] as number);
    const plain = await foldSpectralNormalization(model);
    expect(plain.layers.map((layer) => layer.getClassName())).toEqual(['Conv2D', 'Flatten', 'Dense']);
    const [wrapped, folded] = [model.predict(x) as Tensor, plain.predict(x) as Tensor];
    expectTensorClose(folded, wrapped, { relative: 1e-6, absolute: 1e-6 });
    for (const kernel of kernelsIn(plain)) expect(Math.abs(sigmaOf(kernel) - 1)).toBeLessThan(0.1);
    dispose([wrapped, folded, x, y]);
    plain.dispose();
    model.dispose();
  });

  test('saves and loads with its state, and trains on as if nothing had happened', async () => {
    const model = network(mode);
    const [x, y] = [randomNormal([8, 6, 6, 2], 0, 1, 'float32', 5), zeros([8, 3])];
    const step = async (one: tfl.LayersModel): Promise<void> => {
      one.compile({ optimizer: train.sgd(0.01), loss: 'meanSquaredError' });
      await one.trainOnBatch(x, y);
    };
    await step(model);
    let artifacts: io.ModelArtifacts | undefined;
    await model.save(
      io.withSaveHandler(async (saved) => {
        artifacts = saved;
        return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
      }),
    );
    const loaded = await tfl.loadLayersModel(io.fromMemory(artifacts!));
    await step(model);
    await step(loaded);
    const values = (one: tfl.LayersModel): number[][] => one.getWeights().map((weight) => [...weight.dataSync()]);
    expect(values(loaded)).toEqual(values(model));
    expect(loaded.getWeights().length).toBe(8);
    dispose([x, y]);
    loaded.dispose();
    model.dispose();
  });
});

test('the gradient reaches the raw kernel through sigma: it is orthogonal to it', async () => {
  // kernel / sigma does not change with the kernel's length, so the update has no part along the kernel where u and v are exact.
  const dense = tfl.layers.dense({ units: 2, useBias: false, kernelInitializer: seeded(4), name: 'raw' });
  const model = tfl.sequential();
  model.add(spectralNormalization({ layer: dense, powerIterations: 100, seed: 1, inputShape: [2] } as never));
  model.compile({ optimizer: train.sgd(1), loss: 'meanSquaredError' });
  const raw = [...dense.weights[0]!.read().dataSync()];
  const [x, y] = [
    tensor([
      [1, 2],
      [3, -1],
    ]),
    zeros([2, 2]),
  ];
  await model.trainOnBatch(x, y);
  const update = [...dense.weights[0]!.read().dataSync()].map((w, i) => w - raw[i]!);
  const along = update.reduce((sum, d, i) => sum + d * raw[i]!, 0);
  const scale = Math.hypot(...update) * Math.hypot(...raw);
  expect(scale).toBeGreaterThan(0);
  expect(Math.abs(along) / scale).toBeLessThan(1e-4);
  dispose([x, y]);
  model.dispose();
});

test('only-if-larger leaves small kernels alone; a target scales', () => {
  const kernel = tensor([0.3, 0, 0, 0.1], [2, 2]);
  const state = createSpectralState(kernel, { seed: 1, warmUp: 50 });
  const largest = (options: object): number => Math.max(...spectralNormalize(kernel, state, options).kernel.dataSync());
  expect(largest({ onlyIfLarger: true })).toBeCloseTo(0.3, 6);
  expect(largest({ onlyIfLarger: true, target: 0.1 })).toBeCloseTo(0.1, 6);
  expect(largest({ target: 2 })).toBeCloseTo(2, 5);
});

test('a layer without a kernel is named', () => {
  expect(() => spectralNormalization({ layer: tfl.layers.flatten() })).toThrow(
    '[relumine/spectral-norm/spectralNormalization] `layer` must be one of Dense, Conv1D, Conv2D, Conv3D, Conv2DTranspose, Conv3DTranspose, DepthwiseConv2D, SeparableConv2D, Embedding. Received: Flatten. Wrap the layer that owns the kernel.',
  );
  expect(() => spectralNormalization({ layer: tfl.layers.dense({ units: 1 }), powerIterations: 0 })).toThrow(
    '`options.powerIterations`',
  );
  expect(() =>
    spectralNormalization({ layer: tfl.layers.dense({ units: 1 }), mode: 'assign', onlyIfLarger: true }),
  ).toThrow(
    "[relumine/spectral-norm/spectralNormalization] `options.onlyIfLarger` must be false with mode 'assign', which is Keras's algorithm. Received: true.",
  );
});

test.each([
  ['dense', (more: object) => tfl.layers.dense({ units: 4, name: 'it', ...more }), { inputShape: [5] }],
  [
    'dense, assigned',
    (more: object) => tfl.layers.dense({ units: 4, name: 'it', ...more }),
    { inputShape: [5], mode: 'assign' },
  ],
  [
    'conv2d',
    (more: object) => tfl.layers.conv2d({ filters: 2, kernelSize: 3, name: 'it', ...more }),
    { inputShape: [5, 5, 2] },
  ],
  [
    'conv2d, true norm',
    (more: object) => tfl.layers.conv2d({ filters: 2, kernelSize: 3, name: 'it', ...more }),
    { inputShape: [5, 5, 2], norm: 'same' },
  ],
])(
  '%s: a training step with NaN in the kernel is refused and changes nothing; inference shows it',
  async (_, make, options) => {
    const layer = make({});
    const model = tfl.sequential();
    model.add(spectralNormalization({ layer, seed: 1, ...options } as never));
    if (options.inputShape.length > 1) model.add(tfl.layers.flatten());
    model.add(tfl.layers.dense({ units: 1 }));
    model.compile({ optimizer: train.sgd(0.1), loss: 'meanSquaredError' });
    const [x, y] = [ones([3, ...options.inputShape]), ones([3, 1])];
    await model.trainOnBatch(x, y);
    const [kernel, ...others] = layer.getWeights();
    const broken = kernel!.dataSync().fill(Number.NaN, 1, 2);
    const value = tensor(broken, kernel!.shape);
    layer.setWeights([value, ...others]);
    value.dispose();
    const state = model.layers[0]!.nonTrainableWeights.map((weight) => [...weight.read().dataSync()]);
    await expectNoLeak(async () => {
      await expect(model.trainOnBatch(x, y)).rejects.toThrow(
        "[relumine/spectral-norm/spectralNormalization] `kernel of 'it'` must be finite. Received: NaN.",
      );
    });
    expect(model.layers[0]!.nonTrainableWeights.map((weight) => [...weight.read().dataSync()])).toEqual(state);
    const shown = model.predict(x) as Tensor;
    expect(shown.dataSync()[0]).toBeNaN();
    dispose([x, y, shown]);
    model.dispose();
  },
);

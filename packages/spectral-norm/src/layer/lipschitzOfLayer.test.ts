import { startWasm } from '@relumine/wasm-backend';
import { add, dispose, mul, norm, randomNormal, sub, type Tensor, tensor, tidy, zeros } from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expectNoLeak } from '@tooling/testing';
import { beforeAll, expect, test } from 'vitest';
import { lipschitzBound } from '../layers';

beforeAll(() => startWasm());

type Make = (more: { inputShape: number[] }) => tfl.layers.Layer;
const kernelInitializer = tfl.initializers.randomNormal({ stddev: 0.4, seed: 5 });
const both = { kernelSize: 3, kernelInitializer };
const gammaInitializer = tfl.initializers.randomNormal({ stddev: 2, seed: 3 });

/** ‖f(x + d) − f(x)‖ / ‖d‖ */
const stretch = (model: tfl.LayersModel, x: Tensor, d: Tensor): number =>
  tidy(() => {
    const [a, b] = [model.predict(x) as Tensor, model.predict(add(x, d)) as Tensor];
    return norm(sub(b, a)).dataSync()[0]! / norm(d).dataSync()[0]!;
  });

const cases: [name: string, make: Make, inputShape: number[]][] = [
  ['conv3d', (more) => tfl.layers.conv3d({ filters: 3, ...both, ...more }), [5, 5, 5, 2]],
  [
    'conv3d, same, strides',
    (more) => tfl.layers.conv3d({ filters: 3, ...both, padding: 'same', strides: 2, ...more }),
    [5, 6, 5, 2],
  ],
  ['conv3dTranspose', (more) => tfl.layers.conv3dTranspose({ filters: 2, ...both, strides: 2, ...more }), [3, 3, 3, 2]],
  [
    'separable, dilated',
    (more) =>
      tfl.layers.separableConv2d({
        filters: 3,
        kernelSize: 3,
        dilationRate: 2,
        padding: 'same',
        depthwiseInitializer: kernelInitializer,
        pointwiseInitializer: kernelInitializer,
        ...more,
      }),
    [8, 8, 2],
  ],
  ['layer normalization', (more) => tfl.layers.layerNormalization({ gammaInitializer, ...more } as never), [4, 6]],
  [
    'layer normalization over two axes',
    (more) => tfl.layers.layerNormalization({ axis: [1, 2], epsilon: 0.5, gammaInitializer, ...more } as never),
    [4, 6],
  ],
  [
    'layer normalization without scale',
    (more) => tfl.layers.layerNormalization({ scale: false, ...more } as never),
    [6],
  ],
  ['max pooling 1d', (more) => tfl.layers.maxPooling1d({ poolSize: 3, strides: 1, ...more }), [9, 2]],
  ['max pooling 3d', (more) => tfl.layers.maxPooling3d({ poolSize: 2, strides: 1, ...more } as never), [4, 4, 4, 2]],
  [
    'average pooling 1d',
    (more) => tfl.layers.averagePooling1d({ poolSize: 3, strides: 1, padding: 'same', ...more }),
    [9, 2],
  ],
  ['average pooling 3d', (more) => tfl.layers.averagePooling3d({ poolSize: 2, ...more } as never), [4, 4, 4, 2]],
  ['global average 1d', (more) => tfl.layers.globalAveragePooling1d(more), [9, 2]],
  ['global max 1d', (more) => tfl.layers.globalMaxPooling1d(more), [9, 2]],
  ['up-sampling, nearest', (more) => tfl.layers.upSampling2d({ size: [2, 3], ...more }), [4, 3, 2]],
  [
    'up-sampling, bilinear',
    (more) => tfl.layers.upSampling2d({ size: [3, 3], interpolation: 'bilinear', ...more }),
    [4, 4, 1],
  ],
  ['repeat', (more) => tfl.layers.repeatVector({ n: 4, ...more }), [3]],
  ['rescaling', (more) => tfl.layers.rescaling({ scale: -2.5, offset: 1, ...more }), [3]],
  [
    'every step alike',
    (more) =>
      tfl.layers.timeDistributed({
        layer: tfl.layers.dense({ units: 3, kernelInitializer, activation: 'selu' }),
        ...more,
      }),
    [4, 5],
  ],
];

const modelOf = (make: Make, inputShape: number[]): tfl.Sequential =>
  tfl.sequential({ layers: [make({ inputShape })] });

test.each(cases)(
  '%s: no pair of inputs is stretched by more than the bound; nothing leaks',
  async (_, make, inputShape) => {
    const model = modelOf(make, inputShape);
    const { total, layers } = await expectNoLeak(() => lipschitzBound(model));
    expect(total).toBeGreaterThan(0);
    const [{ operatorNorm, reshaped }] = layers as [(typeof layers)[0]];
    if (operatorNorm) expect(operatorNorm).toBeGreaterThanOrEqual(reshaped! * 0.9999);
    for (let k = 0; k < 30; k++) {
      const [x, d] = [2 * k + 1, 2 * k + 2].map((seed) => randomNormal([1, ...inputShape], 0, 1, 'float32', seed)) as [
        Tensor,
        Tensor,
      ];
      const [at, step] = [tidy(() => mul(x, 10 ** -(k % 4))), tidy(() => mul(d, 10 ** ((k % 5) - 3)))];
      expect(stretch(model, at, step)).toBeLessThanOrEqual(total * 1.0002);
      dispose([x, d, at, step]);
    }
    model.dispose();
  },
);

/** The layer's output for a step from 0 (or from `at`), as long as its bound but for `share`. */
const reached: [name: string, make: Make, inputShape: number[], step: number[], share: number, at?: number[]][] = [
  [
    'bilinear, the last pixel',
    (more) => tfl.layers.upSampling2d({ size: [2, 2], interpolation: 'bilinear', ...more }),
    [2, 2, 1],
    [0, 0, 0, 1],
    0.89,
  ],
  ['repeat', (more) => tfl.layers.repeatVector({ n: 4, ...more }), [2], [1, 2], 1],
  ['global average', (more) => tfl.layers.globalAveragePooling1d(more), [4, 1], [1, 1, 1, 1], 1],
  [
    'average pooling 3d',
    (more) => tfl.layers.averagePooling3d({ poolSize: 2, ...more } as never),
    [2, 2, 2, 1],
    new Array<number>(8).fill(1),
    1,
  ],
  [
    'max pooling 1d',
    (more) => tfl.layers.maxPooling1d({ poolSize: 3, strides: 1, ...more }),
    [5, 1],
    [0, 0, 1, 0, 0],
    1,
  ],
  [
    'layer normalization, where all values are equal',
    (more) => tfl.layers.layerNormalization(more as never),
    [4],
    [1e-4, -1e-4, 1e-4, -1e-4],
    0.999,
    [2, 2, 2, 2],
  ],
  // All ones: in the middle of a large input each value is in all 27 patches, and the bound is nearly reached.
  [
    'conv3d of ones',
    (more) =>
      tfl.layers.conv3d({
        filters: 1,
        kernelSize: 3,
        padding: 'same',
        kernelInitializer: 'ones',
        useBias: false,
        ...more,
      }),
    [12, 12, 12, 1],
    new Array<number>(1728).fill(1),
    0.85,
  ],
];

test.each(reached)('%s: a step reaches the bound', async (_, make, inputShape, step, share, at) => {
  const model = modelOf(make, inputShape);
  const { total } = await lipschitzBound(model);
  const shape = [1, ...inputShape];
  const [x, d] = [at ? tensor(at, shape) : zeros(shape), tensor(step, shape)];
  const found = stretch(model, x, d) / total;
  expect(found).toBeGreaterThanOrEqual(share * 0.9999);
  expect(found).toBeLessThanOrEqual(1.0002);
  dispose([x, d]);
  model.dispose();
});

test.each<[string, Make, number[], string]>([
  ['a threshold', (more) => tfl.layers.thresholdedReLU(more), [3], "'it' (ThresholdedReLU). It jumps."],
  ['a mask', (more) => tfl.layers.masking({ maskValue: 1, ...more }), [3, 2], "'it' (Masking). It jumps."],
  [
    'rows of a table',
    (more) => tfl.layers.embedding({ inputDim: 4, outputDim: 2, ...more }),
    [3],
    "'it' (Embedding). Its inputs are numbers of rows: the distance between two of them says nothing.",
  ],
  [
    'another size',
    (more) => tfl.layers.resizing({ height: 2, width: 2, ...more }),
    [3, 3, 1],
    "'it' (Resizing). Resize before the model.",
  ],
  [
    'steps',
    (more) => tfl.layers.gru({ units: 2, recurrentInitializer: 'glorotNormal', ...more }),
    [3, 2],
    "'it' (GRU). No bound is known here for recurrent layers.",
  ],
])('%s has no bound, and the error says why', async (_, make, inputShape, message) => {
  const model = modelOf((more) => make({ ...more, name: 'it' } as never), inputShape);
  await expect(lipschitzBound(model)).rejects.toThrow(
    `[relumine/spectral-norm/lipschitzBound] \`model\` must be made of layers that can be bounded. Received: ${message}`,
  );
  model.dispose();
});

test('a product of inputs has no bound, nor have channels in front', async () => {
  const input = tfl.input({ shape: [3] });
  const product = tfl.layers.multiply({ name: 'it' }).apply([input, input]) as tfl.SymbolicTensor;
  const model = tfl.model({ inputs: input, outputs: product });
  await expect(lipschitzBound(model)).rejects.toThrow(
    "Received: 'it' (Multiply). It multiplies its inputs with each other: how steep it is depends on them.",
  );
  const first = tfl.sequential({
    layers: [tfl.layers.maxPooling2d({ poolSize: 2, dataFormat: 'channelsFirst', name: 'it', inputShape: [1, 4, 4] })],
  });
  await expect(lipschitzBound(first)).rejects.toThrow(
    "`model` must have its channels last (dataFormat 'channelsLast'). Received: 'it' (MaxPooling2D).",
  );
});

test.each([
  ['Dense', (more: object) => tfl.layers.dense({ units: 2, ...more }), [3]],
  ['Conv2D', (more: object) => tfl.layers.conv2d({ filters: 2, kernelSize: 2, ...more }), [3, 3, 1]],
  ['Conv3D', (more: object) => tfl.layers.conv3d({ filters: 2, kernelSize: 2, ...more }), [3, 3, 3, 1]],
  ['BatchNormalization', (more: object) => tfl.layers.batchNormalization(more), [3]],
  ['PReLU', (more: object) => tfl.layers.prelu(more), [3]],
])('NaN in the weights of %s has no bound', async (className, make, inputShape) => {
  const model = modelOf((more) => make({ ...more, name: 'it' }), inputShape);
  const weights = model.layers[0]!.getWeights();
  const broken = weights.map((weight) => tensor(weight.dataSync().fill(Number.NaN, 0, 1), weight.shape));
  model.layers[0]!.setWeights(broken);
  dispose(broken);
  await expectNoLeak(async () => {
    await expect(lipschitzBound(model)).rejects.toThrow(
      `[relumine/spectral-norm/lipschitzBound] \`model\` must have finite weights. Received: NaN in 'it' (${className}).`,
    );
  });
  model.dispose();
});

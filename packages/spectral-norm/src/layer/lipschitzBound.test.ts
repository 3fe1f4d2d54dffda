import { startWasm } from '@relumine/wasm-backend';
import {
  add,
  dispose,
  mul,
  norm,
  randomNormal,
  sub,
  type Tensor,
  tensor2d,
  tensor4d,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expectNoLeak, expectTensorClose } from '@tooling/testing';
import { beforeAll, expect, test } from 'vitest';
import { foldSpectralNormalization, lipschitzBound, spectralNormalization } from '../layers';

beforeAll(() => startWasm());

let seed = 1;
const kernelInitializer = () => tfl.initializers.randomNormal({ stddev: 0.3, seed: seed++ });

/** Residual, batch norm, depthwise, pooling, all paths that the bound knows. */
function network(): tfl.LayersModel {
  const input = tfl.input({ shape: [12, 12, 3] });
  const conv = (filters: number, more: object = {}) =>
    tfl.layers.conv2d({ filters, kernelSize: 3, padding: 'same', kernelInitializer: kernelInitializer(), ...more });
  let x = conv(6, { activation: 'relu', name: 'first' }).apply(input) as tfl.SymbolicTensor;
  const branch = conv(6, { activation: 'tanh' }).apply(x) as tfl.SymbolicTensor;
  x = tfl.layers.add().apply([x, branch]) as tfl.SymbolicTensor;
  x = tfl.layers.batchNormalization({ gammaInitializer: kernelInitializer() }).apply(x) as tfl.SymbolicTensor;
  x = tfl.layers.maxPooling2d({ poolSize: 3, strides: 2 }).apply(x) as tfl.SymbolicTensor;
  x = tfl.layers
    .depthwiseConv2d({ kernelSize: 3, depthwiseInitializer: kernelInitializer() })
    .apply(x) as tfl.SymbolicTensor;
  const wide = conv(4, { strides: 2, activation: 'swish' }).apply(x) as tfl.SymbolicTensor;
  const pooled = tfl.layers.averagePooling2d({ poolSize: 2, padding: 'same' }).apply(x) as tfl.SymbolicTensor;
  x = tfl.layers.concatenate().apply([wide, pooled]) as tfl.SymbolicTensor;
  x = tfl.layers.flatten().apply(x) as tfl.SymbolicTensor;
  x = tfl.layers
    .dense({ units: 5, activation: 'softmax', kernelInitializer: kernelInitializer() })
    .apply(x) as tfl.SymbolicTensor;
  return tfl.model({ inputs: input, outputs: x });
}

/** ‖f(x + d) − f(x)‖ / ‖d‖ */
const stretch = (model: tfl.LayersModel, x: Tensor, d: Tensor): number =>
  tidy(() => {
    const [a, b] = [model.predict(x) as Tensor, model.predict(add(x, d)) as Tensor];
    return norm(sub(b, a)).dataSync()[0]! / norm(d).dataSync()[0]!;
  });

test('no pair of inputs is stretched by more than the bound, and nothing leaks', async () => {
  const model = network();
  const bound = await expectNoLeak(() => lipschitzBound(model));
  expect(bound.total).toBeGreaterThan(0);
  for (let k = 0; k < 40; k++) {
    const [x, d] = [
      randomNormal([1, 12, 12, 3], 0, 1, 'float32', k + 1),
      randomNormal([1, 12, 12, 3], 0, 1, 'float32', k + 99),
    ];
    const step = tidy(() => mul(d, 10 ** ((k % 4) - 3)));
    expect(stretch(model, x, step)).toBeLessThanOrEqual(bound.total * 1.0001);
    dispose([x, d, step]);
  }
  expect(bound.layers.map(({ name }) => name)).toContain('first');
  model.dispose();
});

test('a linear network of one convolution: the bound is its norm, and the worst input reaches it', async () => {
  const model = tfl.sequential();
  model.add(
    tfl.layers.conv2d({
      inputShape: [8, 8, 1],
      filters: 1,
      kernelSize: 3,
      padding: 'same',
      kernelInitializer: 'ones',
      useBias: false,
    }),
  );
  const { total, reshapedTotal, layers } = await lipschitzBound(model);
  expect(total).toBeCloseTo((1 + 2 * Math.cos(Math.PI / 9)) ** 2, 3);
  expect(reshapedTotal).toBeCloseTo(3, 4);
  expect(layers[0]!.operatorNorm! / layers[0]!.reshaped!).toBeGreaterThan(2.7);
  model.dispose();
});

test('overlapping max pooling: one value that is in nine windows moves nine outputs, and the bound says 3', async () => {
  const model = tfl.sequential();
  model.add(tfl.layers.maxPooling2d({ poolSize: 3, strides: 1, inputShape: [7, 7, 1] }));
  const { total } = await lipschitzBound(model);
  const middle = Array.from({ length: 49 }, (_, i) => (i === 24 ? 1 : 0));
  const [x, d] = [zeros([1, 7, 7, 1]), tensor4d(middle, [1, 7, 7, 1])];
  expect(stretch(model, x, d)).toBeCloseTo(3, 6);
  expect(total).toBe(3);
  dispose([x, d]);
  model.dispose();
});

test.each([
  // One class far ahead, and a step along it.
  ['logSoftmax', Math.sqrt(10), 2.99, [30, 0], [0.01, 0]],
  // Two classes level and far ahead, and a step from one to the other.
  ['softmax', 0.5, 0.499, [30, 30], [0.01, -0.01]],
] as const)('%s of ten classes: the bound is %d, and a step reaches %d', async (activation, bound, least, at, step) => {
  const model = tfl.sequential({
    layers: [tfl.layers.activation({ activation: activation as 'softmax', inputShape: [10] })],
  });
  const row = (values: readonly number[]): Tensor => tensor2d([...values, ...new Array<number>(8).fill(0)], [1, 10]);
  const [x, d] = [row(at), row(step)];
  const { total } = await lipschitzBound(model);
  expect(total).toBeCloseTo(bound, 12);
  expect(stretch(model, x, d)).toBeGreaterThan(least);
  expect(stretch(model, x, d)).toBeLessThanOrEqual(total * 1.0001);
  dispose([x, d]);
  model.dispose();
});

test('nested models, and layers without a bound by name', async () => {
  const inner = tfl.sequential({
    layers: [tfl.layers.dense({ units: 4, inputShape: [6], kernelInitializer: kernelInitializer() })],
  });
  const outer = tfl.sequential({
    layers: [inner, tfl.layers.dense({ units: 2, kernelInitializer: kernelInitializer() })],
  });
  const [a, b, whole] = [await lipschitzBound(inner), undefined, await lipschitzBound(outer)];
  expect(b).toBeUndefined();
  expect(whole.total).toBeCloseTo(a.total * whole.layers.at(-1)!.lipschitz, 5);
  const unknown = tfl.sequential({
    layers: [tfl.layers.lstm({ units: 2, recurrentInitializer: 'glorotNormal', name: 'again', inputShape: [3, 2] })],
  });
  await expect(lipschitzBound(unknown)).rejects.toThrow(
    "[relumine/spectral-norm/lipschitzBound] `model` must be made of layers that can be bounded. Received: 'again' (LSTM). No bound is known here for recurrent layers.",
  );
  await expect(lipschitzBound(3 as never)).rejects.toThrow(
    '`model` must be a LayersModel that has been built. Received: 3.',
  );
  outer.dispose();
  unknown.dispose();
});

/** Wrapped layers, in a nested model too, and a separable one. */
function wrappedNetwork(mode: 'reparametrize' | 'assign'): tfl.LayersModel {
  const wrap = (layer: tfl.layers.Layer, more: object = {}) =>
    spectralNormalization({ layer, mode, seed: seed++, ...more } as never);
  const init = (): object => ({ kernelInitializer: kernelInitializer() });
  const [depthwiseInitializer, pointwiseInitializer] = [kernelInitializer(), kernelInitializer()];
  const inner = tfl.sequential({
    name: 'inner',
    layers: [
      wrap(tfl.layers.separableConv2d({ filters: 5, kernelSize: 3, depthwiseInitializer, pointwiseInitializer }), {
        inputShape: [8, 8, 4],
      }),
    ],
  });
  return tfl.sequential({
    layers: [
      wrap(tfl.layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same', activation: 'relu', ...init() }), {
        inputShape: [8, 8, 2],
      }),
      inner,
      tfl.layers.flatten(),
      wrap(tfl.layers.dense({ units: 6, ...init() })),
    ],
  });
}

test.each(['reparametrize', 'assign'] as const)(
  '%s: the bound is of the kernels that inference uses, folded or not; sigma 1 is no norm of 1',
  async (mode) => {
    const model = wrappedNetwork(mode);
    const bound = await expectNoLeak(() => lipschitzBound(model));
    const plain = await foldSpectralNormalization(model);
    const classes = (one: tfl.LayersModel): string[] =>
      one.layers.flatMap((layer) => ('layers' in layer ? classes(layer as never) : [layer.getClassName()]));
    expect(classes(plain)).toEqual(['Conv2D', 'SeparableConv2D', 'Flatten', 'Dense']);
    expect(await lipschitzBound(plain)).toEqual(bound);
    const [first] = bound.layers;
    if (mode === 'reparametrize') {
      expect(first!.reshaped).toBeCloseTo(1, 1);
      expect(first!.operatorNorm).toBeGreaterThan(1.2);
    }
    for (let k = 0; k < 20; k++) {
      const [x, d] = [1, 2].map((i) => randomNormal([1, 8, 8, 2], 0, 1, 'float32', 10 * k + i)) as [Tensor, Tensor];
      expect(stretch(model, x, d)).toBeLessThanOrEqual(bound.total * 1.0001);
      const outputs = [model, plain].map((one) => one.predict(x) as Tensor);
      expectTensorClose(outputs[1]!, outputs[0]!.dataSync(), { relative: 1e-5, absolute: 1e-6 });
      dispose([x, d, ...outputs]);
    }
    plain.dispose();
    model.dispose();
  },
);

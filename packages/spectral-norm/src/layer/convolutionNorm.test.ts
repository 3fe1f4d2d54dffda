import { startWasm } from '@relumine/wasm-backend';
import {
  dispose,
  grad,
  mul,
  randomNormal,
  sum,
  type Tensor,
  type Tensor4D,
  tensor4d,
  tidy,
  train,
} from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { countTensors, maxRelativeToLargest } from '@tooling/testing';
import { beforeAll, expect, test } from 'vitest';
import { operatorNorm } from '../index';
import { foldSpectralNormalization, spectralNormalization } from '../layers';
import { type ConvolutionPadding, convolutionMap, divideByNorm, iterate } from './convolutionNorm';

beforeAll(() => startWasm());

const paddings: ConvolutionPadding[] = ['same', 'valid', 'circular'];
const seeded = tfl.initializers.randomNormal({ stddev: 1, seed: 1 });
const convolution = (strides: number) =>
  tfl.layers.conv2d({ filters: 4, kernelSize: 3, strides, padding: 'same', kernelInitializer: seeded, useBias: false });

test.each(paddings.flatMap((norm) => [1, 2].map((strides) => ({ norm, strides }))))(
  'a convolution wrapped with norm $norm and stride $strides has that norm after training, and nothing leaks',
  async ({ norm, strides }) => {
    const model = tfl.sequential();
    const layer = convolution(strides);
    model.add(spectralNormalization({ layer, norm, powerIterations: 3, inputShape: [9, 9, 2] } as never));
    model.add(tfl.layers.flatten());
    model.add(tfl.layers.dense({ units: 3 }));
    model.compile({ optimizer: train.sgd(0.003), loss: 'meanSquaredError' });
    const [x, y] = [randomNormal([16, 9, 9, 2], 0, 1, 'float32', 5), randomNormal([16, 3], 0, 1, 'float32', 6)];
    const config = { epochs: 30, batchSize: 16, shuffle: false, verbose: 0 as const };
    await model.fit(x, y, config);
    const before = countTensors();
    await model.fit(x, y, config);
    expect(countTensors()).toEqual(before);
    const plain = await foldSpectralNormalization(model);
    const kernel = plain.layers[0]!.getWeights()[0] as Tensor4D;
    expect(await operatorNorm(kernel, { inputShape: [9, 9], strides, padding: norm })).toBeCloseTo(1, 2);
    const [wrapped, folded] = [model.predict(x) as Tensor, plain.predict(x) as Tensor];
    expect(maxRelativeToLargest(folded.dataSync(), wrapped.dataSync())).toBeLessThan(1e-5);
    dispose([x, y, wrapped, folded]);
    model.dispose();
    plain.dispose();
  },
);

test('the gradient goes through sigma, with u and v constant: finite differences', () => {
  const layer = convolution(1);
  const map = convolutionMap(layer, [null, 5, 5, 2], 'same');
  const [kernel, weights] = [
    randomNormal([3, 3, 2, 4], 0, 1, 'float32', 2),
    randomNormal([3, 3, 2, 4], 0, 1, 'float32', 3),
  ];
  const state = tidy(() => {
    const v = randomNormal([1, 5, 5, 2], 0, 1, 'float32', 4) as Tensor4D;
    return iterate(map, kernel as Tensor4D, { u: map.forward(v, kernel as Tensor4D), v }, 5);
  });
  const options = { target: 2, onlyIfLarger: false };
  const loss = (k: Tensor): Tensor => sum(mul(divideByNorm(map, k as Tensor4D, state, options), weights));
  const slope = grad(loss)(kernel).dataSync();
  const values = kernel.dataSync();
  for (const i of [0, 17, 40, 71]) {
    const at = (step: number): number =>
      tidy(() => {
        const moved = Float32Array.from(values);
        moved[i]! += step;
        return loss(tensor4d(moved, [3, 3, 2, 4])).dataSync()[0]!;
      });
    expect((at(0.05) - at(-0.05)) / 0.1).toBeCloseTo(slope[i]!, 2);
  }
  const small = divideByNorm(map, kernel as Tensor4D, state, { target: 1e3, onlyIfLarger: true });
  expect(small.dataSync()).toEqual(values);
});

test('what has no such norm is refused by name', () => {
  const wrap =
    (layer: tfl.layers.Layer, inputShape: (number | null)[], more: object = {}) =>
    () =>
      spectralNormalization({ layer, norm: 'same', inputShape, ...more } as never).apply(
        tfl.input({ shape: inputShape.slice() as number[] }),
      );
  expect(wrap(tfl.layers.dense({ units: 2 }), [3])).toThrow(
    "[relumine/spectral-norm/spectralNormalization] `options.norm` 'same' needs a Conv2D layer. Received: Dense. Use norm 'reshaped'.",
  );
  const dilated = tfl.layers.conv2d({ filters: 1, kernelSize: 3, dilationRate: 2 });
  expect(wrap(dilated, [9, 9, 1])).toThrow('needs a dilation of 1');
  expect(wrap(convolution(1), [null, null, 1])).toThrow('needs the size of the input');
  expect(wrap(convolution(1), [9, 2, 1], { norm: 'valid' })).toThrow(
    "[relumine/spectral-norm/spectralNormalization] `options.norm` 'valid' needs an input no smaller than the kernel, [3, 3]. Received: [9, 2]. Use norm 'reshaped'.",
  );
  expect(wrap(convolution(1), [9, 9, 1], { mode: 'assign' })).toThrow("must be 'reshaped' with mode 'assign'");
});

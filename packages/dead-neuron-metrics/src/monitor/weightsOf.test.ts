import { startWasm } from '@relumine/wasm-backend';
import { tensor, tensor1d } from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expectNoLeak } from '@tooling/testing';
import { beforeAll, expect, test } from 'vitest';
import { tappedLayers } from '../audit/taps';
import { weightsReader } from './weightsOf';

beforeAll(() => startWasm());

test.each([
  ['ordinary', 1],
  // In float32 the squares of these are 0, subnormal, or infinite.
  ['tiny', 1e-30],
  ['small', 1e-21],
  ['huge', 1e25],
])('norms of %s kernels are those of float64', async (_, scale) => {
  const model = tfl.sequential();
  model.add(tfl.layers.conv2d({ inputShape: [5, 5, 3], filters: 6, kernelSize: 3, activation: 'relu' }));
  const kernel = Float32Array.from({ length: 162 }, (__, i) => Math.sin(i * i + 1) * scale);
  const weights = [tensor(kernel, [3, 3, 3, 6]), tensor1d([0, 1, 2, 3, 4, 5])];
  model.setWeights(weights);
  const read = weightsReader(tappedLayers(model)[0]!);
  let found: ReturnType<typeof read> | undefined;
  await expectNoLeak(async () => {
    found = read();
    found.kernelNorms!.read();
    found.kernelNorms!.release();
  });
  const norms = Array.from({ length: 6 }, (__, c) => Math.hypot(...kernel.filter((___, i) => i % 6 === c)));
  for (const [c, norm] of norms.entries())
    expect(Math.abs(found!.kernelNorms!.read()![c]! / norm - 1)).toBeLessThan(1e-7);
  expect(Array.from(found!.shift!)).toEqual([0, 1, 2, 3, 4, 5]);
  for (const one of weights) one.dispose();
  model.dispose();
});

test('a kernel of zeros has norm 0, one with NaN has NaN; a depthwise kernel has its last two axes as channels', () => {
  const model = tfl.sequential();
  model.add(
    tfl.layers.depthwiseConv2d({ inputShape: [5, 5, 2], kernelSize: 1, depthMultiplier: 2, activation: 'relu' }),
  );
  model.setWeights([tensor([3, 0, Number.NaN, -4], [1, 1, 2, 2]), tensor1d([0, 0, 0, 0])]);
  const { kernelNorms } = weightsReader(tappedLayers(model)[0]!)();
  expect(Array.from(kernelNorms!.read()!)).toEqual([3, 0, Number.NaN, 4]);
  kernelNorms!.release();
  model.dispose();
});

test('norms are those of the moment, whatever becomes of the kernel; once let go they are kept or not to be had', () => {
  const model = tfl.sequential();
  model.add(tfl.layers.dense({ inputShape: [2], units: 2, activation: 'relu' }));
  const setKernel = (values: number[]): void => model.setWeights([tensor(values, [2, 2]), tensor1d([0, 0])]);
  const read = weightsReader(tappedLayers(model)[0]!);
  setKernel([3, 0, 4, 5]);
  const [then, unread] = [read().kernelNorms!, read().kernelNorms!];
  setKernel([1, 1, 1, 1]);
  expect(Array.from(then.read()!)).toEqual([5, 5]);
  for (const one of [then, unread]) one.release();
  expect(Array.from(then.read()!)).toEqual([5, 5]);
  expect(unread.read()).toBeUndefined();
  model.dispose();
});

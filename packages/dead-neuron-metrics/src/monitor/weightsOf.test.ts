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
  });
  const norms = Array.from({ length: 6 }, (__, c) => Math.hypot(...kernel.filter((___, i) => i % 6 === c)));
  for (const [c, norm] of norms.entries()) expect(Math.abs(found!.kernelNorm![c]! / norm - 1)).toBeLessThan(1e-7);
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
  expect(Array.from(weightsReader(tappedLayers(model)[0]!)().kernelNorm!)).toEqual([3, 0, Number.NaN, 4]);
  model.dispose();
});

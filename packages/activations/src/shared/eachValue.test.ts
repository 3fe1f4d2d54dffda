import { type ActivationCall, tryActivation, tryActivationGrad } from '@relumine/core';
import { dispose, tensor } from '@tensorflow/tfjs-core';
import { useAnotherBackend, useBackend } from '@tooling/testing';
import { expect, test } from 'vitest';

// Says nothing of NaN by itself.
const above = (z: number): number => (z > 0 ? z : 7);
const call: ActivationCall = { name: 'threshold', attrs: {}, scalar: { f: above, derivative: above } };

test('a function of one number is run value by value on the cpu backend: NaN stays, slopes are multiplied', async () => {
  await useBackend('cpu');
  const x = tensor([1.5, Number.NaN, -2, Number.NEGATIVE_INFINITY], [2, 2]);
  const dy = tensor([2, 3, 4, 5], [2, 2]);
  const [y, slope] = tryActivation(call, x);
  const dx = tryActivationGrad(call, dy, x)!;
  expect(slope).toBeUndefined();
  expect([y!.shape, y!.dtype, dx.shape, dx.dtype]).toEqual([[2, 2], 'float32', [2, 2], 'float32']);
  expect([...y!.dataSync()]).toEqual([1.5, Number.NaN, 7, 7]);
  expect([...dx.dataSync()]).toEqual([3, Number.NaN, 28, 35]);
  const { scalar: _, ...without } = call;
  expect([tryActivation(without, x)[0], tryActivationGrad(without, dy, x)]).toEqual([undefined, undefined]);
  dispose([x, dy, y!, dx]);
});

test('on another backend it is left to the operations', async () => {
  await useAnotherBackend();
  const x = tensor([1]);
  expect([tryActivation(call, x)[0], tryActivationGrad(call, x, x)]).toEqual([undefined, undefined]);
  x.dispose();
});

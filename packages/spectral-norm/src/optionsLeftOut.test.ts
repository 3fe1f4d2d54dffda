import { ones } from '@tensorflow/tfjs-core';
import { useBackend } from '@tooling/testing';
import { expect, test } from 'vitest';
import { clipSingularValues, createSpectralState, gramIteration, operatorNorm, singularValues } from './index';

test('options that have no default are asked for', async () => {
  await useBackend('cpu');
  const kernel = ones([3, 3, 1, 1]);
  const calls = { clipSingularValues, createSpectralState, gramIteration, operatorNorm, singularValues };
  for (const [name, call] of Object.entries(calls))
    await expect(async () => (call as (kernel: unknown) => unknown)(kernel)).rejects.toThrow(
      `[relumine/spectral-norm/${name}] \`options\` must be an object. Received: undefined.`,
    );
});

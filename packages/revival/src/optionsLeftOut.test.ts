import { ones } from '@tensorflow/tfjs-core';
import { useBackend } from '@tooling/testing';
import { expect, test } from 'vitest';
import { continualBackprop, previewQuantization, repairNetwork, reviveChannels } from './layers';
import { sequential } from './networks.testing';

test('options that have no default are asked for', async () => {
  await useBackend('cpu');
  const [model, x] = [sequential(), ones([1, 8, 8, 2])];
  const calls: Record<string, (...args: unknown[]) => unknown> = {
    reviveChannels: reviveChannels as never,
    previewQuantization: previewQuantization as never,
    repairNetwork: repairNetwork as never,
    continualBackprop: continualBackprop as never,
  };
  for (const [name, call] of Object.entries(calls))
    await expect(async () => call(...(name === 'continualBackprop' ? [] : [model, x]))).rejects.toThrow(
      `[relumine/revival/${name}] \`options\` must be an object. Received: undefined.`,
    );
});

import { measureActivations } from '@relumine/dead-neuron-metrics';
import { startWasm } from '@relumine/wasm-backend';
import { relu, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { golden } from '@tooling/goldens';
import { expectNoLeak, relativeError } from '@tooling/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { ReplayedNetwork, type StoredBatch, type TrajectoryCase } from './network';

const { batches, cases } = golden<{ batches: Record<string, StoredBatch>; cases: TrajectoryCase[] }>('trajectory');

/** Shares of dead units and channels, z ≤ 0 for all images, as the goldens count them: ReLU's, for every activation. */
async function deadFractions(z: Tensor): Promise<{ units: number; channels: number }> {
  const h = tidy(() => relu(z));
  try {
    const { deadUnitFraction, deadFraction } = await measureActivations(h, { activation: 'relu' });
    return { units: deadUnitFraction, channels: deadFraction };
  } finally {
    h.dispose();
  }
}

interface Replayed {
  losses: number[];
  units: [number[], number[]];
  channels: [number[], number[]];
  weights: Record<string, number[]>;
}

async function replay(which: TrajectoryCase): Promise<Replayed> {
  const network = new ReplayedNetwork(which, batches[which.batch]!);
  const replayed: Replayed = { losses: [], units: [[], []], channels: [[], []], weights: {} };
  for (let step = 0; step <= which.steps; step++) {
    const { z1, z2 } = tidy(() => {
      const { z1, z2 } = network.forward();
      return { z1, z2 };
    });
    for (const [layer, z] of [z1, z2].entries()) {
      const { units, channels } = await deadFractions(z);
      replayed.units[layer]!.push(units);
      replayed.channels[layer]!.push(channels);
      z.dispose();
    }
    replayed.losses.push(network.loss());
    if (step < which.steps) network.step();
  }
  for (const [name, weight] of Object.entries(network.weights)) replayed.weights[name] = [...weight.dataSync()];
  network.dispose();
  return replayed;
}

describe.each(['auto', 'composed'] as const)('%s kernels', (kernels) => {
  beforeAll(async () => {
    await startWasm({ threads: 1, kernels });
  });

  test.each(cases.map((which) => [which.id, which] as const))('%s', async (_, which) => {
    const { losses, units, channels, weights } = await expectNoLeak(() => replay(which));
    const errors = losses.map((loss, step) => relativeError(loss, which.losses[step]!));
    expect(Math.max(...errors)).toBeLessThan(1e-4);
    expect(losses).toHaveLength(which.losses.length);
    expect(units).toEqual([which.deadUnits1, which.deadUnits2]);
    expect(channels).toEqual([which.deadChannels1, which.deadChannels2]);
    for (const [name, { data }] of Object.entries(which.final.tfjs)) {
      const difference = Math.max(...data.map((value, i) => Math.abs(value - weights[name]![i]!)));
      expect(difference, name).toBeLessThan(1e-5);
    }
  });
});

import { mnist } from '@relumine/datasets';
import { startWasm } from '@relumine/wasm-backend';
import { expectNoLeak } from '@tooling/testing';
import { beforeAll, expect, test } from 'vitest';
import { spectralNormNoCure } from '../index';

beforeAll(() => startWasm());

test('without biases the dead channels are the same ones before and after, and nothing leaks', async () => {
  const train = await mnist({ split: 'train', limit: 640 });
  const testImages = await mnist({ split: 'test', limit: 100 });
  const options = { train, test: testImages, seed: 1, steps: 20, learningRate: 0.03, probeSize: 100 };
  const rows = await expectNoLeak(() => spectralNormNoCure(options));
  expect(rows.map(({ layer }) => layer)).toEqual(['conv1', 'conv2']);
  for (const row of rows) {
    expect(row.sameChannels).toBe(true);
    // A fourth of the channels can't fire whatever the image.
    expect(row.deadWithoutBias.before).toBeGreaterThanOrEqual(row.channels / 4);
    expect(row.deadWithoutBias.after).toBe(row.deadWithoutBias.before);
    expect(row.sigma).toBeGreaterThan(0);
  }
  // The test would say little where nothing had died.
  expect(rows.reduce((sum, { dead }) => sum + dead.before, 0)).toBeGreaterThan(0);
});

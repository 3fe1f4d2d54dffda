import { expect, test } from 'vitest';
import { strideFor } from './histograms';

test.each([
  [1024, 8],
  [16 * 14 * 14 * 16, 16],
  [16 * 28 * 28 * 32, 32],
  [16 * 28 * 28 * 27, 27],
  [16 * 28 * 28 * 7, 7],
])(
  'of %i values of %i channels at most 50,000 are counted, some of each channel, and all where they are few',
  (values, channels) => {
    const stride = strideFor(values, channels);
    const counted = Array.from({ length: Math.ceil(values / stride) }, (_, i) => (i * stride) % channels);
    expect(new Set(counted).size).toBe(channels);
    expect(counted.length).toBeLessThanOrEqual(50_000);
    expect(counted.length).toBeGreaterThanOrEqual(Math.min(values, 10_000));
  },
);

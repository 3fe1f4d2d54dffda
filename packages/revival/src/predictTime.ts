import { dispose, slice, type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { RemovalData } from './largestDifference';

const samples = 32;
const rounds = 5;

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

/** One prediction, read back, in milliseconds. */
async function timed(model: LayersModel, input: RemovalData): Promise<number> {
  const from = performance.now();
  const outputs = tidy(() => [model.predictOnBatch(input)].flat()) as Tensor[];
  await Promise.all(outputs.map((output) => output.data()));
  const milliseconds = performance.now() - from;
  dispose(outputs);
  return milliseconds;
}

/**
 * Median milliseconds of a prediction of up to 32 samples with each of two models, measured in turn so that a busy machine
 * slows both alike; the first round warms up and does not count.
 */
export async function predictTimes(a: LayersModel, b: LayersModel, data: RemovalData): Promise<[a: number, b: number]> {
  const input = tidy(() => {
    const parts = [data].flat().map((one) => slice(one, 0, Math.min(samples, one.shape[0]!)));
    return Array.isArray(data) ? parts : parts[0]!;
  });
  const times: [number, number][] = [];
  for (let round = 0; round <= rounds; round++) {
    const pair: [number, number] = [await timed(a, input), await timed(b, input)];
    if (round > 0) times.push(pair);
  }
  dispose(input);
  return [median(times.map(([first]) => first)), median(times.map(([, second]) => second))];
}

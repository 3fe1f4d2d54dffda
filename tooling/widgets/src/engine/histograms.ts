import { slice, type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { zBins, zRange } from '../protocol';
import { preactivationsOf, viewOf } from './stateLayers';

const [low, high] = zRange;
const scale = zBins / (high - low);

/** Counts `values[from], values[from + stride], …` into the bins of z; NaN is left out, what is outside counts at the edge. */
export function countZ(values: ArrayLike<number>, from = 0, stride = 1): Uint32Array {
  const counts = new Uint32Array(zBins);
  for (let i = from; i < values.length; i += stride) {
    const bin = Math.floor((values[i]! - low) * scale);
    if (!Number.isNaN(bin)) counts[bin < 0 ? 0 : bin >= zBins ? zBins - 1 : bin]!++;
  }
  return counts;
}

/** z is spread alike in so many values of a layer and in all. */
const mostCounted = 50_000;

const haveFactor = (a: number, b: number): boolean => (b === 0 ? a > 1 : haveFactor(b, a % b));

/** The step from one value that is counted to the next. It has no factor in common with the channels, and so comes to each. */
export function strideFor(values: number, channels: number): number {
  let stride = Math.max(1, Math.ceil(values / mostCounted));
  while (haveFactor(stride, channels)) stride++;
  return stride;
}

/** How z is spread in each layer, on the first `samples` of `xs` (borrowed). */
export async function zHistograms(model: LayersModel, xs: Tensor, samples: number): Promise<Uint32Array[]> {
  const sources = preactivationsOf(model);
  if (sources.length === 0) return [];
  const count = Math.min(samples, xs.shape[0] ?? 0);
  const tensors = tidy(() => {
    const some = slice(xs, 0, count);
    return [viewOf(model, sources).predictOnBatch(some)].flat() as Tensor[];
  });
  const histograms: Uint32Array[] = [];
  for (const z of tensors) {
    const values = await z.data();
    histograms.push(countZ(values, 0, strideFor(values.length, z.shape.at(-1) ?? 1)));
    z.dispose();
  }
  return histograms;
}

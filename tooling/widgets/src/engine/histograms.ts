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
    histograms.push(countZ(await z.data()));
    z.dispose();
  }
  return histograms;
}

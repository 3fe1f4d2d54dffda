import type { ImageDataset } from '@relumine/datasets';
import { argMax, dispose, keep, max, type Tensor, type Tensor3D, tensor3d, tidy } from '@tensorflow/tfjs-core';
import type { NetBank } from './netBank';

/** What one network of a bank does with images. */
export interface NetOutcome {
  /** Share that is told right. */
  accuracy: number;
  /** The largest difference of one output (before the softmax) between two images. */
  spread: number;
  /** Share of hidden units that fire on no image. */
  deadUnits: number;
}

const chunk = 250;

/** The same images for every network: float32[nets, samples, pixels]. */
function repeated({ images, length }: ImageDataset, nets: number, from: number, samples: number): Tensor3D {
  const pixels = images.length / length;
  const part = images.subarray(from * pixels, (from + samples) * pixels);
  const all = new Float32Array(nets * part.length);
  for (let net = 0; net < nets; net++) all.set(part, net * part.length);
  return tensor3d(all, [nets, samples, pixels]);
}

/** Accuracy, spread of the outputs and dead units of every network, on all images. */
export async function bankOutcomes(bank: NetBank, test: ImageDataset): Promise<NetOutcome[]> {
  const { nets } = bank;
  const right = new Float64Array(nets);
  let low = new Float64Array(0);
  let high = new Float64Array(0);
  let highest: Float32Array[] = [];
  let classes = 0;
  for (let from = 0; from < test.length; from += chunk) {
    const samples = Math.min(chunk, test.length - from);
    const x = repeated(test, nets, from, samples);
    const fired: Tensor[] = [];
    const [outputs, guesses] = tidy(() => {
      const y = bank.forward(x, undefined, (h) => fired.push(keep(max(h, 1))));
      return [y, argMax(y, 2)];
    }) as [Tensor, Tensor];
    const [values, told] = await Promise.all([outputs.data(), guesses.data()]);
    classes = outputs.shape[2]!;
    if (low.length === 0) {
      low = new Float64Array(nets * classes).fill(Number.POSITIVE_INFINITY);
      high = new Float64Array(nets * classes).fill(Number.NEGATIVE_INFINITY);
    }
    for (let i = 0; i < values.length; i++) {
      const slot = Math.floor(i / (samples * classes)) * classes + (i % classes);
      low[slot] = Math.min(low[slot]!, values[i]!);
      high[slot] = Math.max(high[slot]!, values[i]!);
    }
    for (let i = 0; i < told.length; i++)
      if (told[i] === test.labels[from + (i % samples)]) right[Math.floor(i / samples)]!++;
    const peaks = (await Promise.all(fired.map((one) => one.data()))) as Float32Array[];
    highest = peaks.map((layer, l) =>
      layer.map((value, i) => Math.max(value, highest[l]?.[i] ?? Number.NEGATIVE_INFINITY)),
    );
    dispose([x, outputs, guesses, ...fired]);
  }
  return Array.from({ length: nets }, (_, net) => {
    const spreads = Array.from({ length: classes }, (__, c) => high[net * classes + c]! - low[net * classes + c]!);
    const units = highest.map((layer) =>
      layer.subarray((net * layer.length) / nets, ((net + 1) * layer.length) / nets),
    );
    const count = units.reduce((sum, layer) => sum + layer.length, 0);
    const dead = units.reduce((sum, layer) => sum + layer.filter((value) => value <= 0).length, 0);
    return { accuracy: right[net]! / test.length, spread: Math.max(...spreads), deadUnits: dead / count };
  });
}

import { firingRateBound } from '@relumine/dead-neuron-metrics';
import { max, reshape, type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import { type Inspected, type Looked, zBins } from '../protocol';
import { countZ } from './histograms';
import type { NetworkRun } from './networkRun';
import type { Probe } from './probe';
import { preactivationsOf, viewOf } from './stateLayers';

const shownImages = 6;

interface Variables {
  kernel?: { read(): Tensor };
  bias?: { read(): Tensor } | null;
}

/** The layer that owns a layer's kernel; spectral normalisation wraps it. */
function ownerOf(model: LayersModel, source: string): Variables {
  const layer = model.getLayer(source) as layers.Layer & { layer?: layers.Layer };
  return (layer.layer ?? layer) as unknown as Variables;
}

/** One channel's kernel: of [height, width, inputs, channels] or [inputs, channels], the slice of `channel`. */
async function kernelOf(model: LayersModel, source: string, channel: number): Promise<Inspected['kernel']> {
  const { kernel, bias } = ownerOf(model, source);
  if (!kernel) return { shape: [0, 0, 0], values: new Float32Array(), bias: null };
  const weights = kernel.read();
  const [values, biases] = await Promise.all([weights.data(), bias?.read().data()]);
  const channels = weights.shape.at(-1) ?? 1;
  const [height, width] = weights.rank === 4 ? [weights.shape[0] ?? 1, weights.shape[1] ?? 1] : [1, 1];
  const own = Float32Array.from({ length: values.length / channels }, (_, i) => values[i * channels + channel] ?? 0);
  return {
    shape: [height, width, own.length / (height * width)],
    values: own,
    bias: biases ? (biases[channel] ?? null) : null,
  };
}

/** Where z of one channel is largest in each sample: float32[samples, positions, channels] → value and position. */
function peaks(z: Float32Array, positions: number, channels: number, channel: number) {
  const samples = z.length / (positions * channels);
  return Array.from({ length: samples }, (_, sample) => {
    let value = Number.NEGATIVE_INFINITY;
    let position = 0;
    for (let p = 0; p < positions; p++) {
      const one = z[(sample * positions + p) * channels + channel]!;
      if (one > value) [value, position] = [one, p];
    }
    return { sample, value, position };
  });
}

/** Everything that is known of one channel: its kernel, what excites it most, its z. */
export async function inspect(
  run: NetworkRun,
  probe: Probe,
  layer: number,
  channel: number,
): Promise<Omit<Inspected, 'type' | 'turn' | 'run'> | undefined> {
  const report = await run.audit(probe.xs, probe.size);
  const layerReport = report.layers[layer];
  const source = preactivationsOf(run.model)[layer];
  if (!layerReport || !source || channel >= layerReport.channels) return undefined;
  const z = tidy(() => viewOf(run.model, [source]).predictOnBatch(probe.xs) as Tensor);
  const values = (await z.data()) as Float32Array;
  const [height, width] = z.rank === 4 ? [z.shape[1] ?? 1, z.shape[2] ?? 1] : [1, 1];
  z.dispose();
  const { channels, perChannel } = layerReport;
  const best = peaks(values, height * width, channels, channel)
    .sort((a, b) => b.value - a.value)
    .slice(0, shownImages);
  const { data, indices } = probe;
  const size = data.shape[0] * data.shape[1] * data.shape[2];
  const firingRate = perChannel.firingRate[channel] ?? 0;
  return {
    layer,
    channel,
    step: run.step,
    kernel: await kernelOf(run.model, layerReport.source, channel),
    top: best.map(({ sample, value, position }) => {
      const index = indices[sample] ?? 0;
      const own = data.test.values.subarray(index * size, (index + 1) * size);
      const at: [number, number] = [((position % width) + 0.5) / width, (Math.floor(position / width) + 0.5) / height];
      return {
        pixels: own instanceof Uint8Array ? own.slice() : null,
        xy: own instanceof Float32Array ? ([own[0] ?? 0, own[1] ?? 0] as [number, number]) : null,
        label: data.classes[data.test.labels[index] ?? 0] ?? '',
        value,
        at,
      };
    }),
    maxZ: best[0]?.value ?? Number.NaN,
    firingRate,
    bound95: firingRate === 0 ? firingRateBound(probe.size) : (perChannel.firingRateBound95[channel] ?? 1),
    histogram: values.length > 0 ? countZ(values, channel, channels) : new Uint32Array(zBins),
  };
}

/** Per layer the largest h of each channel on one image, and the probabilities of its classes. */
export async function look(
  model: LayersModel,
  views: Parameters<typeof viewOf>[1],
  names: string[],
  image: Tensor,
): Promise<Pick<Looked, 'layers' | 'probabilities'>> {
  const outputs = tidy(() => {
    const all = [viewOf(model, [...views, ...model.outputs]).predictOnBatch(image)].flat() as Tensor[];
    return all.map((h, i) => (i === all.length - 1 ? h.clone() : max(reshape(h, [-1, h.shape.at(-1) ?? 1]), 0)));
  });
  const values = await Promise.all(outputs.map((output) => output.data() as Promise<Float32Array>));
  for (const output of outputs) output.dispose();
  const probabilities = values.pop() ?? new Float32Array();
  return { layers: names.map((name, i) => ({ name, peaks: values[i] ?? new Float32Array() })), probabilities };
}

import { type DeadNeuronReport, decodeNumber, type LayerReport } from '@relumine/core';
import { auditModel } from '@relumine/dead-neuron-metrics/layers';
import { argMax, dispose, type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { largestDifference } from './largestDifference';
import { type Granularity, requireQuantization } from './quantize';
import { quantizedCopy } from './quantizedCopy';

/** Options of `previewQuantization`. */
export interface QuantizationPreviewOptions {
  /** Bits of the weights: 8 for int8, 4 for int4. */
  bits: number;
  /** One weight scale for each tensor, or one for each channel. */
  granularity: Granularity;
  /** Bits of the activations, quantised with one scale for each tensor; 8 unless given. */
  activationBits?: number;
}

/** Inputs, or inputs with one-hot labels `ys` (float32[batch, classes]), which give accuracies; borrowed. */
export type QuantizationData = Tensor | { xs: Tensor; ys: Tensor };

/** What quantisation would change in one layer. */
export interface QuantizedLayer {
  layer: string;
  /** Alive before, dead on the same data once the weights are quantised. */
  diedFromWeights: number[];
  /** Of these, channels that stay alive with one weight scale for each channel. */
  savedByChannelScales: number[];
  /** Kernels that quantise to zeros alone: max|w_c| < max|w| / (2 · levels). */
  zeroKernels: number[];
  /** Alive, but below half a step of the tensor's activation scale everywhere: max h_c < max h / (2 · levels). */
  diedFromActivations: number[];
}

/** What quantisation would change, layer by layer, and in accuracy where labels are given. */
export interface QuantizationPreview {
  bits: number;
  granularity: Granularity;
  activationBits: number;
  layers: QuantizedLayer[];
  /** Largest |difference| of the outputs with quantised weights over the largest |output|. */
  maxDifference: number;
  /** Share of samples whose largest output is at their label; null without labels. */
  accuracy: { before: number; after: number } | null;
}

const where = 'revival/previewQuantization';

async function accuracy(model: LayersModel, xs: Tensor, ys: Tensor): Promise<number> {
  const [guesses, labels] = tidy(() => [argMax(model.predict(xs) as Tensor, -1), argMax(ys, -1)]) as [Tensor, Tensor];
  const [a, b] = await Promise.all([guesses.data(), labels.data()]);
  dispose([guesses, labels]);
  let hits = 0;
  for (let i = 0; i < a.length; i++) if (a[i] === b[i]) hits++;
  return hits / a.length;
}

/** Channels that fire but vanish when activations share one scale. */
function belowHalfAStep({ statistics, channels, deadChannels }: LayerReport, bits: number): number[] {
  const magnitude = (c: number): number =>
    Math.max(Math.abs(decodeNumber(statistics.max[c]!)), Math.abs(decodeNumber(statistics.min[c]!)));
  const signed = statistics.min.some((low) => decodeNumber(low) < 0);
  const levels = signed ? 2 ** (bits - 1) - 1 : 2 ** bits - 1;
  const largest = Math.max(0, ...Array.from({ length: channels }, (_, c) => magnitude(c)));
  return Array.from({ length: channels }, (_, c) => c).filter(
    (c) => !deadChannels.includes(c) && magnitude(c) < largest / (2 * levels),
  );
}

const newlyDead = (before: LayerReport, after: LayerReport | undefined): number[] =>
  (after?.deadChannels ?? []).filter((c) => !before.deadChannels.includes(c));

async function auditQuantized(model: LayersModel, xs: Tensor, bits: number, granularity: Granularity) {
  const { copy, zeroed } = await quantizedCopy(model, { bits, granularity });
  try {
    return {
      report: await auditModel(copy, [xs.clone()]),
      zeroed,
      difference: await largestDifference(model, copy, xs),
      copy,
    };
  } catch (error) {
    copy.dispose();
    throw error;
  }
}

/**
 * Shows what quantisation would kill, before anything is shipped: the weights are quantised and dequantised on a copy,
 * the copy is audited on the same data, and each channel that dies is named with its cause and the choice of scale that
 * saves it.
 *
 * @param model borrowed and unchanged
 * @param data float32[batch, …]; borrowed
 * @throws RangeError for bits outside 2 … 16 or an unknown granularity
 */
export async function previewQuantization(
  model: LayersModel,
  data: QuantizationData,
  options: QuantizationPreviewOptions,
): Promise<QuantizationPreview> {
  const { bits, granularity, activationBits = 8 } = options;
  requireQuantization(where, bits, granularity);
  requireQuantization(where, activationBits, 'tensor');
  const { xs, ys } = 'xs' in data ? data : { xs: data, ys: undefined };
  const before: DeadNeuronReport = await auditModel(model, [xs.clone()]);
  const quantized = await auditQuantized(model, xs, bits, granularity);
  const copies = [quantized.copy];
  try {
    const perChannel = granularity === 'channel' ? quantized : await auditQuantized(model, xs, bits, 'channel');
    if (perChannel !== quantized) copies.push(perChannel.copy);
    const layers = before.layers.map((layer, i): QuantizedLayer => {
      const died = newlyDead(layer, quantized.report.layers[i]);
      const diedAnyway = newlyDead(layer, perChannel.report.layers[i]);
      return {
        layer: layer.name,
        diedFromWeights: died,
        savedByChannelScales: died.filter((c) => !diedAnyway.includes(c)),
        zeroKernels: quantized.zeroed.get(layer.source) ?? [],
        diedFromActivations: belowHalfAStep(layer, activationBits),
      };
    });
    const scores = ys && { before: await accuracy(model, xs, ys), after: await accuracy(quantized.copy, xs, ys) };
    return { bits, granularity, activationBits, layers, maxDifference: quantized.difference, accuracy: scores ?? null };
  } finally {
    for (const copy of copies) copy.dispose();
  }
}

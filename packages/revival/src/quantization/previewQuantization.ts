import {
  type DeadNeuronReport,
  describe,
  invalidArgument,
  type LayerReport,
  requireObject,
  requireOneOf,
  requireTensor,
} from '@relumine/core';
import { auditModel } from '@relumine/dead-neuron-metrics/layers';
import { argMax, dispose, type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { copyModel } from '../copyModel';
import { largestDifference } from '../largestDifference';
import { requireInput } from '../revive/requireInput';
import { ActivationQuantizer, type QuantizedActivity } from './activationQuantizer';
import { correctBiases } from './correctBiases';
import { type Granularity, requireQuantization } from './quantize';
import { quantizedCopy } from './quantizedCopy';

/** What to quantise, and how. */
export interface QuantizationPreviewOptions {
  /** Bits of the weights: 8 for int8, 4 for int4. */
  bits: number;
  /** One weight scale for each tensor, or one for each channel. */
  granularity: Granularity;
  /** Bits of the activations; 8 unless given. */
  activationBits?: number;
  /** One activation scale for each tensor, as most runtimes have it (the default), or one for each channel. */
  activationGranularity?: Granularity;
  /** Inputs that the ranges of the activations come from; the data itself unless given. Borrowed. */
  calibration?: Tensor;
  /** Whether to try bias correction too, of layers with their channels last; true unless given. */
  biasCorrection?: boolean;
}

/** Inputs, or inputs with one-hot labels `ys` (float32[batch, classes]), which give accuracies; borrowed. */
export type QuantizationData = Tensor | { xs: Tensor; ys: Tensor };

/** What quantisation does to one layer; channels by index. */
export interface QuantizedLayer {
  layer: string;
  /** Alive before, dead on the same data once the weights are quantised. */
  diedFromWeights: number[];
  /** Of these, channels that stay alive with one weight scale for each channel. */
  savedByChannelScales: number[];
  /** Kernels that quantise to zeros alone: max|w_c| < max|w| / (2 · levels). */
  zeroKernels: number[];
  /** Alive before, 0 everywhere once the activations are quantised (weights in float): max h_c < max h / (2 · levels). */
  diedFromActivations: number[];
  /** Of these, channels that stay alive with one activation scale for each channel. */
  savedByChannelActivationScales: number[];
  /** Not constant before, constantly something else than 0 once the activations are quantised. */
  saturatedByActivations: number[];
  /** Share of activations beyond the calibrated range. */
  clippedFraction: number;
}

/** The network with some of it quantised. */
export interface QuantizedVariant {
  /** Largest |difference| of the outputs over the largest |output|. */
  maxDifference: number;
  /** Share of samples whose largest output is at their label; null without labels. */
  accuracy: number | null;
}

/** What quantisation would do to a network. */
export interface QuantizationPreview {
  bits: number;
  granularity: Granularity;
  activationBits: number;
  activationGranularity: Granularity;
  layers: QuantizedLayer[];
  variants: {
    weights: QuantizedVariant;
    activations: QuantizedVariant;
    both: QuantizedVariant;
    /** Both, with bias correction on the data; null where it was not asked for. */
    corrected: QuantizedVariant | null;
  };
  /** That of the quantised weights alone. */
  maxDifference: number;
  /** In float, and with weights and activations quantised; null without labels. */
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

const newlyDead = (before: LayerReport, after: LayerReport | undefined): number[] =>
  (after?.deadChannels ?? []).filter((c) => !before.deadChannels.includes(c));

/** The quantised network's activity per layer, and how its outputs compare. */
interface Measured {
  variant: QuantizedVariant;
  activity: ReadonlyMap<string, QuantizedActivity>;
}

interface Source {
  model: LayersModel;
  xs: Tensor;
  ys: Tensor | undefined;
  /** Of the calibration data. */
  ranges: DeadNeuronReport;
}

async function compare({ model, xs, ys }: Source, copy: LayersModel): Promise<QuantizedVariant> {
  const maxDifference = await largestDifference(model, copy, xs);
  return { maxDifference, accuracy: ys ? await accuracy(copy, xs, ys) : null };
}

/** Measures a copy while its activations are quantised; `prepare` may change it first. */
async function measure(
  source: Source,
  copy: LayersModel,
  bits: number,
  granularity: Granularity,
  prepare?: (quantizer: ActivationQuantizer) => Promise<unknown>,
): Promise<Measured> {
  const quantizer = new ActivationQuantizer(copy, source.ranges, bits, granularity);
  try {
    await prepare?.(quantizer);
    return { variant: await compare(source, copy), activity: quantizer.activity };
  } finally {
    quantizer.detach();
  }
}

const constantAt = (activity: QuantizedActivity | undefined, c: number): number | undefined =>
  activity && activity.lowest[c] === activity.highest[c] ? activity.highest[c] : undefined;

/** Channels that fire in float, and what their activations are all the same once quantised. */
function lost(layer: LayerReport, activity: QuantizedActivity | undefined, zero: boolean): number[] {
  const known = zero ? layer.deadChannels : layer.constantChannels;
  return Array.from({ length: layer.channels }, (_, c) => c).filter((c) => {
    const constant = constantAt(activity, c);
    return !known.includes(c) && constant !== undefined && (constant === 0) === zero;
  });
}

function requireData(model: LayersModel, data: QuantizationData, calibration: Tensor | undefined): void {
  const { xs, ys } = 'xs' in data ? data : { xs: data, ys: undefined };
  requireInput(where, 'xs' in data ? 'data.xs' : 'data', model, xs);
  if (calibration) requireInput(where, 'options.calibration', model, calibration);
  if (!ys) return;
  requireTensor(where, 'data.ys', ys);
  if (ys.shape[0] !== xs.shape[0])
    throw invalidArgument({
      where,
      argument: 'data.ys',
      rule: `must have a row for each of the ${xs.shape[0]} samples`,
      received: describe(ys),
    });
}

/**
 * Shows what quantisation would kill, before anything is shipped: weights and activations are quantised and dequantised on
 * copies, which run on the same data; each channel that dies or saturates is named with its cause and the choice of scale
 * that saves it, and bias correction is tried as a cure.
 *
 * @param model borrowed and unchanged
 * @param data float32[batch, …]; borrowed
 * @throws TypeError or RangeError for bits outside 2 … 16, an unknown granularity, data that does not fit the model
 * @see Nagel et al. 2019, arXiv 1906.04721, for bias correction
 */
export async function previewQuantization(
  model: LayersModel,
  data: QuantizationData,
  options: QuantizationPreviewOptions,
): Promise<QuantizationPreview> {
  requireObject(where, 'options', options);
  const { bits, granularity, activationBits = 8, activationGranularity = 'tensor' } = options;
  requireQuantization(where, bits, granularity);
  requireQuantization(where, activationBits, 'tensor', 'activationBits');
  requireOneOf(where, 'options.activationGranularity', activationGranularity, ['tensor', 'channel'] as const);
  requireData(model, data, options.calibration);
  const { xs, ys } = 'xs' in data ? data : { xs: data, ys: undefined };
  const audit = (one: LayersModel, x: Tensor): Promise<DeadNeuronReport> => auditModel(one, x);
  const before = await audit(model, xs);
  const ranges = options.calibration ? await audit(model, options.calibration) : before;
  const source: Source = { model, xs, ys, ranges };
  const copies: LayersModel[] = [];
  const quantized = async (how: Granularity) => {
    const made = await quantizedCopy(where, model, { bits, granularity: how });
    copies.push(made.copy);
    return made;
  };
  try {
    const { copy, zeroed } = await quantized(granularity);
    const weights = { report: await audit(copy, xs), variant: await compare(source, copy) };
    const perChannel = granularity === 'channel' ? weights.report : await audit((await quantized('channel')).copy, xs);
    const plain = await copyModel(where, model);
    copies.push(plain);
    const activations = await measure(source, plain, activationBits, activationGranularity);
    const channelwise =
      activationGranularity === 'channel' ? activations : await measure(source, plain, activationBits, 'channel');
    const both = await measure(source, copy, activationBits, activationGranularity);
    const corrected =
      options.biasCorrection === false
        ? null
        : await measure(source, copy, activationBits, activationGranularity, (quantizer) =>
            correctBiases(model, copy, xs, quantizer),
          );
    const layers = before.layers.map((layer, i): QuantizedLayer => {
      const died = newlyDead(layer, weights.report.layers[i]);
      const diedAnyway = newlyDead(layer, perChannel.layers[i]);
      const activity = activations.activity.get(layer.name);
      const vanished = lost(layer, activity, true);
      const vanishedAnyway = lost(layer, channelwise.activity.get(layer.name), true);
      return {
        layer: layer.name,
        diedFromWeights: died,
        savedByChannelScales: died.filter((c) => !diedAnyway.includes(c)),
        zeroKernels: zeroed.get(layer.source) ?? [],
        diedFromActivations: vanished,
        savedByChannelActivationScales: vanished.filter((c) => !vanishedAnyway.includes(c)),
        saturatedByActivations: lost(layer, activity, false),
        clippedFraction: activity ? activity.clipped / activity.count : 0,
      };
    });
    const variants = {
      weights: weights.variant,
      activations: activations.variant,
      both: both.variant,
      corrected: corrected?.variant ?? null,
    };
    return {
      bits,
      granularity,
      activationBits,
      activationGranularity,
      layers,
      variants,
      maxDifference: variants.weights.maxDifference,
      accuracy: ys ? { before: await accuracy(model, xs, ys), after: variants.both.accuracy! } : null,
    };
  } finally {
    for (const one of copies) one.dispose();
  }
}

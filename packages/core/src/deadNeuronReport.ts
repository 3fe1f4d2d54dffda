import type { JsonNumber } from './jsonNumber';

/** What is known of a layer's channels after some samples: plain numbers, from which every figure and any merge follows. */
export interface ChannelStatisticsSnapshot {
  /** Samples seen (the first axis of every batch). */
  samples: number;
  /** Values seen per channel: samples × positions. */
  count: number;
  /** Units per channel (positions of one sample). */
  positions: number;
  /** Per channel: samples on which it fired, |f'(z)| > ε at one position at least. */
  fired: number[];
  /** Per channel: values that are exactly 0. */
  zeros: number[];
  /** Per channel: values that are 0 or below. */
  nonPositive: number[];
  /** Per channel: values that are NaN. */
  nan: number[];
  /** Per channel: values that are infinite. */
  infinite: number[];
  /** Per channel: Σh, Σ|h| and Σh² over values that are not NaN. */
  sum: JsonNumber[];
  sumAbs: JsonNumber[];
  sumSquares: JsonNumber[];
  /** Per channel: extremes of h over values that are not NaN; ±Infinity where there is none. */
  min: JsonNumber[];
  max: JsonNumber[];
  /** Per channel: max z; null where z can't be seen. */
  maxPreactivation: (JsonNumber | null)[];
  /** Per unit, `[position][channel]` row-major: samples on which it fired. */
  unitFired: number[];
  /** Per unit: values that are NaN; empty where none is. */
  unitNan: number[];
  /** How NaN entered the figures: `propagate` (a channel with a NaN is no longer dead, its means are NaN) or `ignore`. */
  nonFinite: 'propagate' | 'ignore';
}

/** The measures of every channel; each array has one entry per channel. */
export interface ChannelFigures {
  /** Share of samples on which the channel fires. */
  firingRate: number[];
  /** Upper 95 % confidence bound of the true firing rate (Clopper–Pearson, one-sided). */
  firingRateBound95: number[];
  /** The same with 95 % confidence for all channels of the layer together (Bonferroni). */
  familyWiseBound95: number[];
  /** Average percentage of zeros, as a share in [0, 1] (Hu et al. 2016). */
  apoz: number[];
  /** `mean|h_c| / mean_k mean|h_k|` (Sokar et al. 2023). */
  dormancy: number[];
  mean: number[];
  variance: number[];
  /** `max z`: the distance to life; null where z can't be seen. */
  margin: (number | null)[];
}

/** What was found about one layer: its dead channels, and figures for each channel. */
export interface LayerReport {
  /** The tfjs layer (or graph node) whose output is h. */
  name: string;
  /** The layer that owns the kernel. */
  source: string;
  /** Names of the nested models that lead to the layer, outermost first. */
  path: string[];
  activation: string;
  /** Positions of one sample by axis, such as `[height, width]`; empty for a dense layer. */
  shape?: number[];
  channels: number;
  deadFraction: number;
  deadUnitFraction: number;
  deadChannels: number[];
  silentChannels: number[];
  constantChannels: number[];
  saturatedChannels: number[];
  nearlyDeadChannels: number[];
  nonFiniteChannels: number[];
  perChannel: ChannelFigures;
  statistics: ChannelStatisticsSnapshot;
  /** Where labels were given and asked for. */
  classes?: ClassCounts;
  /** Where it was asked for. */
  rank?: LayerRank;
}

/** How many directions a layer's activations span. */
export interface LayerRank {
  effective: JsonNumber;
  stable: JsonNumber;
  /** What merging needs: Σ hᵢ hⱼ over samples and positions for j ≥ i, row after row. Without it a merged report has no rank. */
  gram?: JsonNumber[];
}

/** On which classes a layer's channels fire. */
export interface ClassCounts {
  /** Samples of each class. */
  samples: number[];
  /** `[class][channel]`: samples of the class on which the channel fired. */
  fired: number[][];
}

/** How the values of one of the model's inputs are spread, NaN and infinities left out. */
export interface InputStatistics {
  name: string;
  values: number;
  /** Values that are NaN or infinite. */
  nonFinite: number;
  sum: JsonNumber;
  sumSquares: JsonNumber;
  min: JsonNumber;
  max: JsonNumber;
}

/** One point of the dead-versus-samples curve. */
export interface CurvePoint {
  samples: number;
  deadChannels: number;
}

/** The figures of all layers together, and what they advise. */
export interface ReportSummary {
  channels: number;
  deadChannels: number;
  deadFraction: number;
  nonFiniteLayers: string[];
  /** Sentences that say what to do next. */
  advice: string[];
}

/** An audit of one network. Plain data: `JSON.stringify` after encoding non-finite numbers (see {@link encodeNumber}). */
export interface DeadNeuronReport {
  schema: 'relumine.report/1';
  samples: number;
  layers: LayerReport[];
  summary: ReportSummary;
  curve: CurvePoint[];
  /** What went into the model: what a later audit compares its data with. */
  inputs?: InputStatistics[];
}

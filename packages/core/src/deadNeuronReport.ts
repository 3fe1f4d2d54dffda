import type { JsonNumber } from './jsonNumber';

/** What is known of a layer's channels after some samples; arrays are indexed by channel unless their name starts with `unit`. */
export interface ChannelStatisticsSnapshot {
  /** Samples seen (the first axis of every batch). */
  samples: number;
  /** Values seen per channel: samples × positions. */
  count: number;
  /** Units per channel (positions of one sample). */
  positions: number;
  /** Samples on which the channel fired: |f'(z)| > ε at one position at least. */
  fired: number[];
  /** Values that are exactly 0. */
  zeros: number[];
  /** Values that are NaN or infinite. */
  nonFinite: number[];
  sum: JsonNumber[];
  sumAbs: JsonNumber[];
  sumSquares: JsonNumber[];
  min: JsonNumber[];
  max: JsonNumber[];
  /** max z per channel; null where z can't be seen. */
  maxPreactivation: (JsonNumber | null)[];
  /** Samples on which a unit fired, `[position][channel]` flattened row-major. */
  unitFired: number[];
}

/** The measures of every channel; each array has one entry per channel. */
export interface ChannelFigures {
  /** Share of samples on which the channel fires. */
  firingRate: number[];
  /** Upper 95 % confidence bound of the true firing rate (Clopper–Pearson). */
  firingRateBound95: number[];
  /** Average percentage of zeros, as a share in [0, 1] (Hu et al. 2016). */
  apoz: number[];
  /** `mean|h_c| / mean_k mean|h_k|` (Sokar et al. 2023). */
  dormancy: number[];
  mean: number[];
  variance: number[];
  /** `max z`: the distance to life; null where z can't be seen. */
  margin: (number | null)[];
}

export interface LayerReport {
  /** The tfjs layer (or graph node) whose output is h. */
  name: string;
  /** The layer that owns the kernel. */
  source: string;
  /** Names of the nested models that lead to the layer, outermost first. */
  path: string[];
  activation: string;
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
}

/** One point of the dead-versus-samples curve. */
export interface CurvePoint {
  samples: number;
  deadChannels: number;
}

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
}

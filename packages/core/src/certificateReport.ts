import type { JsonNumber } from './jsonNumber';

/**
 * What is proved of a channel, for every input of a box:
 * `dead` it fires on none · `alwaysActive` it fires on each · `canFire` it fires on one that is given · `unknown`.
 */
export type CertificateVerdict = 'dead' | 'alwaysActive' | 'canFire' | 'unknown';

/** What is proved of one layer's channels; arrays that are not lists of channels have one entry per channel. */
export interface LayerCertificate {
  /** The tfjs layer whose output is h. */
  name: string;
  /** The layer that owns the kernel. */
  source: string;
  /** Names of the nested models that lead to the layer, outermost first. */
  path: string[];
  activation: string;
  channels: number;
  verdicts: CertificateVerdict[];
  deadChannels: number[];
  alwaysActiveChannels: number[];
  canFireChannels: number[];
  unknownChannels: number[];
  /** Bounds of z over the box and all positions, as the backend computes it. */
  lower: JsonNumber[];
  upper: JsonNumber[];
  /** Where `canFire`: an index into the report's `witnesses`; else null. */
  witness: (number | null)[];
}

/** Certificates for every input of a box. Plain data, ready for `JSON.stringify`. */
export interface CertificateReport {
  schema: 'relumine.certificate/1';
  /** Shapes of the model's inputs without the batch axis. */
  inputShapes: number[][];
  layers: LayerCertificate[];
  summary: { channels: number; dead: number; alwaysActive: number; canFire: number; unknown: number };
  /** Inputs of the box on which channels fire: per witness one flat array for each input of the model. */
  witnesses: number[][][];
}

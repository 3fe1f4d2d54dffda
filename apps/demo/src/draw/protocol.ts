/** How one layer answers to a digit. */
export interface LayerAnswer {
  name: string;
  channels: number;
  /** float32[channels]: the largest value of each channel. */
  peaks: Float32Array;
  /** Channels that fired on no image of the audit. */
  dead: number[];
  /** What each channel sees, as bytes of the layer's largest value; not there where only peaks are known. */
  maps?: { bytes: Uint8Array; width: number; height: number };
}

export interface DigitAnswer {
  layers: LayerAnswer[];
  /** float32[10]. */
  probabilities: Float32Array;
}

export type ReaderAnswer =
  | { type: 'ready' }
  | ({ type: 'answer'; id: number } & DigitAnswer)
  | { type: 'failed'; detail: string };

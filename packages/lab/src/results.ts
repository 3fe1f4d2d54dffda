import type { JsonNumber } from '@relumine/core';

/** The state of one layer on the probe images. */
export interface LayerState {
  /** The layer that owns the kernel. */
  name: string;
  channels: number;
  /** Units: channels × positions. */
  units: number;
  /** Channels that fired on no probe image. */
  deadChannels: number;
  /** Share of units that fired on no probe image. */
  deadUnitFraction: number;
  /** A channel that never fired may still fire on up to this share of all images (95 %). */
  firingRateBound95: number;
}

/** A layer at the end of a run. */
export interface LayerOutcome extends LayerState {
  /** Channels that were dead before the first step. */
  bornDead: number;
  /** Channels that were alive before the first step and are dead now. */
  died: number;
  /** Channels that were dead before the first step and are alive now. */
  revived: number;
  /** Which channels are dead now. */
  deadIndices: number[];
  /** Which channels were dead before the first step. */
  bornDeadIndices: number[];
}

/** What one epoch of a run ended with. */
export interface EpochOutcome {
  /** From 1. */
  epoch: number;
  /** Mean loss of the epoch's batches. */
  trainLoss: JsonNumber;
  testAccuracy: number;
  seconds: number;
  layers: LayerState[];
}

/** One trained network. */
export interface Run {
  activation: string;
  params: Record<string, unknown>;
  normalization: string;
  seed: number;
  /** Share of the test images that are told right, after the last epoch. */
  testAccuracy: number;
  /** Mean loss of the last epoch's batches. */
  trainLoss: JsonNumber;
  /** Training and measuring, by the clock. */
  seconds: number;
  /** Why training ended before its last step; missing where it did not. */
  stopped?: string;
  /** How often a channel was brought back; missing where the plan has no revival. */
  revivedChannels?: number;
  layers: LayerOutcome[];
  epochs: EpochOutcome[];
}

/** What `compare` found: plain JSON. */
export interface RunsResult {
  schema: 'relumine.runs/1';
  /** The plan, defaults filled in. */
  plan: Record<string, unknown>;
  backend: { backend: string; simd: boolean; relaxedSimd: boolean; threads: number; kernels: string };
  /** Images that deadness was measured on. */
  probeSize: number;
  runs: Run[];
}

import type { DeathCause } from '@relumine/dead-neuron-metrics/layers';
import type { RevivalStrategy } from '@relumine/revival/layers';
import type { NetworkChoices, TrainingPlan } from './plan/plan';

export type { RevivalStrategy };

/** A visitor's image: its name and folder tell its class. */
export interface OwnImage {
  path: string;
  file: Blob;
}

/** What can be done to one network, while it trains or pauses. */
export type Act =
  | { type: 'learningRate'; value: number }
  | { type: 'revive'; strategy: RevivalStrategy }
  | { type: 'swap'; activation: string; params: Readonly<Record<string, number>> }
  | { type: 'prune' }
  | { type: 'quantize'; bits: number; granularity: 'tensor' | 'channel' }
  | { type: 'certify' };

/** An act that a scene does by itself, after so many steps. */
export interface ScriptedAct {
  step: number;
  run: number;
  act: Act;
}

/** `run` is the number of a network in the plan, from 0; `turn` numbers the resets, so that old news can be told. */
export type Command =
  /** The first one. `threads` to compute with. */
  | { type: 'start'; threads: number }
  | { type: 'build'; plan: TrainingPlan; script: readonly ScriptedAct[]; turn: number; images?: OwnImage[] }
  | { type: 'train' }
  | { type: 'step' }
  | { type: 'pause' }
  /** Stops, without a look: other networks come. */
  | { type: 'drop' }
  | { type: 'act'; run: number; act: Act }
  | { type: 'inspect'; run: number; layer: number; channel: number }
  | { type: 'curve'; activation: string; params: Readonly<Record<string, number>> }
  | { type: 'look'; run: number; pixels: Float32Array; id: number };

export type ChannelMark = 'alive' | 'nearly' | 'dead' | 'bornDead' | 'revived';

/** One layer's channels, on the watched images. */
export interface LayerCells {
  name: string;
  firingRate: number[];
  marks: ChannelMark[];
  /** Proved to fire for no image at all; empty until asked for. */
  certified: number[];
}

export interface ActivationEntry {
  name: string;
  defaults: Readonly<Record<string, number>>;
}

export interface Started {
  type: 'started';
  simd: boolean;
  threads: number;
  kernels: string;
  activations: ActivationEntry[];
  initializers: string[];
}

export interface Built {
  type: 'built';
  turn: number;
  classes: string[];
  /** Images, points of the plane, or what else there is to look at. */
  trainSize: number;
  watched: number;
  /** Points of the plane with their class: float32[points, 2]; none for images. */
  points?: { xy: Float32Array; labels: Uint8Array };
  /** A few training images per class, 28 × 28 bytes each; none for points. */
  samples?: { pixels: Uint8Array; labels: Uint8Array };
  parameters: number[];
}

/** The steps since the report before; one row per step, one entry per network. */
export interface Progress {
  type: 'steps';
  turn: number;
  steps: { step: number; loss: number[]; accuracy: number[] }[];
  stepsPerSecond: number;
}

export interface Audited {
  type: 'audit';
  turn: number;
  run: number;
  step: number;
  samples: number;
  testAccuracy: number;
  deadFraction: number;
  layers: LayerCells[];
  /** Per layer: how often z falls into each bin of `zRange`. */
  histograms: Uint32Array[];
  /** Data in the plane: P(class 1) on a grid over [−1.2, 1.2]², row by row from the top. */
  surface?: Float32Array;
}

/** z is counted in this many bins over this range; what lies outside counts at the edge. */
export const zBins = 60;
export const zRange: readonly [number, number] = [-6, 6];
export const surfaceSize = 40;

export interface RunEvent {
  kind: 'bornDead' | 'died' | 'revived' | 'act';
  step: number;
  layer: number;
  channel: number;
  cause: DeathCause | null;
}

export interface Happened {
  type: 'events';
  turn: number;
  run: number;
  events: RunEvent[];
}

export interface Inspected {
  type: 'inspected';
  turn: number;
  run: number;
  layer: number;
  channel: number;
  step: number;
  /** The channel's kernel, [height, width, inputs] (dense: [1, 1, inputs]), and its bias where there is one. */
  kernel: { shape: [number, number, number]; values: Float32Array; bias: number | null };
  /** What excites it most: indices into the watched images, how much, and where (0…1). */
  top: { pixels: Uint8Array | null; xy: [number, number] | null; label: string; value: number; at: [number, number] }[];
  maxZ: number;
  firingRate: number;
  /** True rates above it can be ruled out with 95 % confidence. */
  bound95: number;
  histogram: Uint32Array;
}

export type ActResult =
  | { type: 'learningRate'; value: number }
  | { type: 'revive'; strategy: RevivalStrategy; channels: number; skipped: string[] }
  | { type: 'swap'; activation: string }
  | {
      type: 'prune';
      removed: number;
      kept: number;
      parameters: { before: number; after: number };
      milliseconds: { before: number; after: number };
      maxDifference: number;
    }
  | {
      type: 'quantize';
      bits: number;
      granularity: 'tensor' | 'channel';
      accuracy: { before: number; after: number };
      bytes: { before: number; after: number };
      died: number;
      saved: number;
      maxDifference: number;
    }
  | { type: 'certify'; dead: number; alwaysActive: number; canFire: number; unknown: number; milliseconds: number };

export interface Acted {
  type: 'acted';
  turn: number;
  run: number;
  step: number;
  result: ActResult;
  choices: NetworkChoices;
  parameters: number;
}

/** f and f′ at evenly spaced z over `zRange`. */
export interface CurveDrawn {
  type: 'curve';
  activation: string;
  params: Readonly<Record<string, number>>;
  f: Float32Array;
  derivative: Float32Array;
}

/** What a network says of one image: per layer the largest h of each channel, and the classes' probabilities. */
export interface Looked {
  type: 'looked';
  id: number;
  turn: number;
  run: number;
  layers: { name: string; peaks: Float32Array }[];
  probabilities: Float32Array;
}

/** Something that was asked for and can't be, in a sentence; training goes on. */
export interface Refused {
  type: 'refused';
  turn: number;
  run: number;
  what: 'data' | 'network' | 'act';
  reason: string;
}

export type Report =
  | Started
  | Built
  | Progress
  | Audited
  | Happened
  | Inspected
  | Acted
  | CurveDrawn
  | Looked
  | Refused
  | { type: 'failed'; message: string };

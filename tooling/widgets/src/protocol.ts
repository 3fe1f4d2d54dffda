/** What the page chooses. */
export interface TrainingChoices {
  activation: string;
  learningRate: number;
  initializer: string;
  normalization: string;
  seed: number;
}

export type Command =
  | { type: 'train' | 'step'; choices: TrainingChoices }
  | { type: 'learningRate'; value: number }
  | { type: 'revive' }
  | { type: 'pause' }
  | { type: 'reset' };

/** One layer's channels: how often each fires on the watched test images, and whether it is dead. */
export interface LayerCells {
  name: string;
  firingRate: number[];
  dead: boolean[];
}

export interface Started {
  type: 'started';
  simd: boolean;
  threads: number;
  kernels: string;
  activations: string[];
  initializers: string[];
}

export interface StepFigures {
  step: number;
  loss: number;
  accuracy: number;
}

/** The steps since the report before. */
export interface Progress {
  type: 'steps';
  figures: StepFigures[];
  stepsPerSecond: number;
}

export interface Audit {
  type: 'audit';
  step: number;
  samples: number;
  deadFraction: number;
  layers: LayerCells[];
}

/** Dead channels that were recycled: new incoming weights, outgoing ones 0. */
export interface Revived {
  type: 'revived';
  channels: number;
}

export type Report = Started | Progress | Audit | Revived | { type: 'reset' } | { type: 'failed'; message: string };

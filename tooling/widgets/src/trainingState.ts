import type { TrainingPlan } from './plan/plan';
import type { Act, ActivationEntry, Built, CurveDrawn, Looked, OwnImage, ScriptedAct } from './protocol';
import type { RunView } from './store/runView';

/** Why there is no training, or was an interruption. The page has the sentences. */
export type ProblemKind = 'blocked' | 'noSimd' | 'failed' | 'crashed' | 'data' | 'network';

export interface TrainingState {
  phase: 'starting' | 'idle' | 'training' | 'paused' | 'failed';
  problem: { kind: ProblemKind; detail: string } | undefined;
  step: number;
  stepsPerSecond: number;
  threads: number;
  activations: ActivationEntry[];
  initializers: string[];
  data: Built | undefined;
  runs: RunView[];
  /** By {@link curveKey}. */
  curves: Record<string, CurveDrawn>;
  /** Counts the reports that changed anything drawn: what is drawn on a canvas watches it. */
  version: number;
}

export interface Training {
  readonly state: TrainingState;
  /** Starts over with a plan; the worker is told at once. */
  build(plan: TrainingPlan, script?: readonly ScriptedAct[], images?: readonly OwnImage[]): void;
  train(): void;
  /** One step, and pauses. */
  step(): void;
  pause(): void;
  /** The same plan from its beginning. */
  reset(): void;
  act(run: number, act: Act): void;
  /** Asks for one channel's kernel and images; they come as `runs[run].inspected`. */
  inspect(run: number, layer: number, channel: number): void;
  curve(activation: string, params: Readonly<Record<string, number>>): void;
  /** What a network says of one image, float32 in [0, 1] of the data's shape. */
  look(run: number, pixels: Float32Array): Promise<Looked>;
  /** A new worker in place of one that failed; on so many threads from now on, where they are given. */
  restart(threads?: number): void;
  stop(): void;
}

/** The part of Worker that training uses. */
export type TrainingWorker = Pick<Worker, 'postMessage' | 'terminate' | 'onmessage' | 'onerror'>;

export interface TrainingOptions {
  /** How many compute. */
  threads?: number;
  /** Whether the browser can run it. */
  simd?: () => boolean;
  /** Resolves when the page shows what it was given. The worker builds networks after that: it takes a core. */
  shown?: () => Promise<void>;
}

export const curveKey = (activation: string, params: Readonly<Record<string, number>>): string =>
  `${activation}/${JSON.stringify(params)}`;

/** Before the worker has said anything. */
export const newTrainingState = (): TrainingState => ({
  phase: 'starting',
  problem: undefined,
  step: 0,
  stepsPerSecond: 0,
  threads: 0,
  activations: [],
  initializers: [],
  data: undefined,
  runs: [],
  curves: {},
  version: 0,
});

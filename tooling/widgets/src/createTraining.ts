import { reactive } from 'vue';
import type { Audit, Command, LayerCells, Progress, Report, TrainingChoices } from './protocol';

export type Point = [step: number, value: number];

export interface TrainingState {
  phase: 'starting' | 'idle' | 'training' | 'paused' | 'failed';
  message: string;
  /** What an action has done, to be read once. */
  notice: string;
  step: number;
  stepsPerSecond: number;
  threads: number;
  activations: string[];
  initializers: string[];
  layers: LayerCells[];
  samples: number;
  deadFraction: number;
  loss: Point[];
  accuracy: Point[];
  dead: Point[];
}

export interface Training {
  readonly state: TrainingState;
  train(choices: TrainingChoices): void;
  /** One step, and pauses. */
  step(choices: TrainingChoices): void;
  pause(): void;
  /** From the next step on. */
  setLearningRate(value: number): void;
  /** Recycles the dead channels; training goes on if it was going. */
  revive(): void;
  reset(): void;
  stop(): void;
}

/** The part of Worker that training uses. */
export type TrainingWorker = Pick<Worker, 'postMessage' | 'terminate' | 'onmessage' | 'onerror'>;

const blocked =
  'The training worker could not start. Allow scripts and workers for this page (a blocker or a strict policy may stop them), then reload.';
const noSimd =
  'This browser has no WebAssembly SIMD, which training needs. Use Chrome 91, Firefox 89, Safari 16.4 or newer, or turn WebAssembly on.';
const slowStart = 60_000;
const mostPoints = 400;

/** `i8x16.splat` in a function: valid only with SIMD. */
const simdModule = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11],
);

export const hasSimd = (): boolean => typeof WebAssembly === 'object' && WebAssembly.validate(simdModule);

/** Every second point goes where there are too many. */
function add(points: Point[], point: Point): void {
  points.push(point);
  if (points.length > mostPoints) points.splice(0, points.length, ...points.filter((_, i) => i % 2 === 1));
}

const fresh = (): Pick<
  TrainingState,
  'step' | 'stepsPerSecond' | 'layers' | 'deadFraction' | 'loss' | 'accuracy' | 'dead'
> => ({
  step: 0,
  stepsPerSecond: 0,
  layers: [],
  deadFraction: 0,
  loss: [],
  accuracy: [],
  dead: [],
});

function takeAudit(state: TrainingState, audit: Audit): void {
  state.layers = audit.layers;
  state.samples = audit.samples;
  state.deadFraction = audit.deadFraction;
  add(state.dead, [audit.step, audit.deadFraction]);
}

/** Smoothed, since a batch of 32 jumps. */
const smooth = (points: Point[], value: number): number => {
  const before = points.at(-1)?.[1];
  return before === undefined || !Number.isFinite(before) ? value : 0.9 * before + 0.1 * value;
};

const revivedNotice = (channels: number): string =>
  channels === 0
    ? 'No channel is dead on the watched images: there is nothing to revive.'
    : `${channels} channels were recycled: new incoming weights, outgoing ones 0. The network computes what it did, and they can learn again.`;

const smoothRate = (before: number, now: number): number => (before === 0 ? now : 0.8 * before + 0.2 * now);

/**
 * Training in a worker, as a state to show. Failures end as a sentence in `state.message`.
 *
 * @param makeWorker starts the worker; `simd` says whether the browser can run it
 */
export function createTraining(makeWorker: () => TrainingWorker, simd: () => boolean = hasSimd): Training {
  const state: TrainingState = reactive({
    phase: 'starting',
    message: '',
    notice: '',
    threads: 0,
    activations: ['relu', 'leakyRelu', 'elu'],
    initializers: ['heNormal'],
    samples: 0,
    ...fresh(),
  });
  let worker: TrainingWorker | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const stop = (): void => {
    clearTimeout(timer);
    worker?.terminate();
    worker = undefined;
  };
  const fail = (message: string): void => {
    stop();
    state.phase = 'failed';
    state.message = message;
  };
  // Steps that were under way when Reset was pressed belong to the run before.
  let resets = 0;
  const take = (report: Report): void => {
    if (report.type === 'failed') fail(report.message);
    else if (report.type === 'reset') resets--;
    else if (report.type === 'started') {
      clearTimeout(timer);
      const { threads, activations, initializers } = report;
      Object.assign(state, { threads, activations, initializers, phase: 'idle' });
    } else if (resets > 0) {
      // of the run before
    } else if (report.type === 'audit') takeAudit(state, report);
    else if (report.type === 'revived') state.notice = revivedNotice(report.channels);
    else takeSteps(report);
  };
  const takeSteps = ({ figures, stepsPerSecond }: Progress): void => {
    for (const { step, loss, accuracy } of figures) {
      state.step = step;
      add(state.loss, [step, smooth(state.loss, loss)]);
      add(state.accuracy, [step, smooth(state.accuracy, accuracy)]);
    }
    if (stepsPerSecond > 0) state.stepsPerSecond = smoothRate(state.stepsPerSecond, stepsPerSecond);
    if (figures.every(({ loss }) => Number.isFinite(loss))) return;
    state.message = 'The loss is no longer a number. Press Reset and train with a smaller learning rate.';
    pause();
  };
  const send = (command: Command): void => worker?.postMessage(command);
  const pause = (): void => {
    if (state.phase !== 'training') return;
    send({ type: 'pause' });
    state.phase = 'paused';
  };

  if (simd()) {
    try {
      worker = makeWorker();
      worker.onmessage = ({ data }: MessageEvent<Report>) => take(data);
      worker.onerror = () => fail(blocked);
      timer = setTimeout(() => fail(blocked), slowStart);
    } catch {
      fail(blocked);
    }
  } else fail(noSimd);

  return {
    state,
    pause,
    stop,
    train(choices) {
      if (state.phase !== 'idle' && state.phase !== 'paused') return;
      send({ type: 'train', choices: { ...choices } });
      Object.assign(state, { message: '', notice: '', phase: 'training' });
    },
    step(choices) {
      if (state.phase !== 'idle' && state.phase !== 'paused') return;
      send({ type: 'step', choices: { ...choices } });
      Object.assign(state, { message: '', notice: '', phase: 'paused' });
    },
    setLearningRate(value) {
      if (state.phase === 'training' || state.phase === 'paused') send({ type: 'learningRate', value });
    },
    revive() {
      if (state.phase === 'training' || state.phase === 'paused') send({ type: 'revive' });
    },
    reset() {
      if (state.phase === 'starting' || state.phase === 'failed') return;
      send({ type: 'reset' });
      resets++;
      Object.assign(state, fresh(), { phase: 'idle', message: '', notice: '' });
    },
  };
}

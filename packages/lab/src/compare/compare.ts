import { type StartedWasm, type StartOptions, startWasm } from '@relumine/wasm-backend';
import { type CompareData, firstImages, loadData } from '../data/loadData';
import type { EpochOutcome, Run, RunsResult } from '../results';
import { trainRun } from '../run/trainRun';
import { type ComparePlan, type WholePlan, wholePlan } from './plan';

/** The images of a comparison, by number. */
export interface ComparedData {
  name: string;
  train: number;
  test: number;
  classes: number;
  /** Height, width, channels. */
  shape: readonly number[];
}

/** What happens while `compare` works, in order. */
export type CompareEvent =
  | { type: 'start'; plan: WholePlan; backend: StartedWasm; runs: number; data: ComparedData }
  | { type: 'run'; run: number; runs: number; activation: string; seed: number }
  | { type: 'step'; run: number; epoch: number; epochs: number; step: number; steps: number; loss: number }
  | { type: 'epoch'; run: number; epochs: number; outcome: EpochOutcome }
  | { type: 'done'; run: number; outcome: Run };

/** Options of `compare`. */
export interface CompareOptions {
  /** Called as things happen. */
  onEvent?: (event: CompareEvent) => void;
  /** Other images than MNIST's. */
  data?: CompareData;
  /** Where relative paths of `plan.dataset` begin, and outside of which nothing is read; the working directory unless given. */
  root?: string;
  /** For `startWasm`; one thread, so that runs agree bit for bit, unless given. */
  wasm?: StartOptions;
  /** Ends the comparison with an error. */
  signal?: AbortSignal;
  /** Called for each corrupt file that is left out of an image folder. */
  onSkip?: (file: string, reason: string) => void;
}

const nameOf = (choice: WholePlan['activations'][number]): string =>
  typeof choice === 'string' ? choice : choice.name;

/**
 * Trains the same seeded `simpleCnn` once per seed and activation, on WASM, and counts in every epoch which channels and
 * units fire on none of the probe images. Equal plans give equal numbers (but for the seconds).
 *
 * @returns plain JSON, schema `relumine.runs/1`
 * @throws TypeError or RangeError for a wrong plan, before anything is trained
 *
 * @example
 * const { runs } = await compare({ activations: ['relu', 'elu'], trainSize: 1000, epochs: 1 });
 */
export async function compare(plan: ComparePlan = {}, options: CompareOptions = {}): Promise<RunsResult> {
  const whole = wholePlan(plan);
  const { onEvent = () => undefined, signal } = options;
  const { trainSize, testSize } = whole;
  const data = options.data
    ? { train: firstImages(options.data.train, trainSize), test: firstImages(options.data.test, testSize) }
    : await loadData(whole.dataset, { trainSize, testSize, root: options.root, onSkip: options.onSkip });
  // Where there are fewer images than the plan asks for, what is there is used.
  const { name, length: train, classes, shape } = data.train;
  const compared: ComparedData = { name, train, test: data.test.length, classes, shape };
  const backend = await startWasm({ threads: 1, ...options.wasm });
  const cells = whole.seeds.flatMap((seed) => whole.activations.map((activation) => ({ seed, activation })));
  onEvent({ type: 'start', plan: whole, backend, runs: cells.length, data: compared });
  const runs: Run[] = [];
  for (const { seed, activation } of cells) {
    const run = runs.length + 1;
    onEvent({ type: 'run', run, runs: cells.length, activation: nameOf(activation), seed });
    const outcome = await trainRun(whole, activation, seed, data, {
      signal,
      step: (progress) => onEvent({ type: 'step', run, epochs: whole.epochs, ...progress }),
      epoch: (epoch) => onEvent({ type: 'epoch', run, epochs: whole.epochs, outcome: epoch }),
    });
    runs.push(outcome);
    onEvent({ type: 'done', run, outcome });
  }
  return {
    schema: 'relumine.runs/1',
    plan: { ...whole, ...(options.data ? { dataset: options.data.train.name } : {}) },
    backend,
    probeSize: Math.min(whole.probeSize, data.test.length),
    runs,
  };
}

import type { EpochOutcome, Run } from '../results';
import type { CheckpointStore } from '../run/checkpoint';
import type { RunSpec } from './plan';

/** What a trainer is given beside its run. */
export interface TrainerContext {
  /** Where relative paths of data begin. */
  root: string;
  /** Where the run's state may be kept. */
  checkpoint?: CheckpointStore | undefined;
  /** Tells of an epoch that has ended. */
  onEpoch(outcome: EpochOutcome): void;
}

/** The default export of a trainer's module: does one run, in a thread of its own. */
export type Trainer = (spec: RunSpec, context: TrainerContext) => Promise<Run>;

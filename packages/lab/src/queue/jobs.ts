import type { ShardSpec } from '../audit/shard';
import type { EpochOutcome } from '../results';
import type { RunSpec } from '../sweep/plan';
import type { Versions } from '../versions';

/** The queue that coordinators and workers share unless told otherwise. */
export const defaultQueue = 'relumine';

/** What a job is given. */
export interface JobData {
  spec: RunSpec | ShardSpec;
  /** A worker of other versions would give other numbers under the same key. */
  versions: Versions;
}

/** What a job tells of itself. */
export interface JobNews {
  type: 'start' | 'epoch';
  worker: string;
  outcome?: EpochOutcome;
}

/** BullMQ takes no job name of digits alone, which a key may be. */
export const jobIdOf = (key: string): string => `run-${key}`;

/** Where a model lies while it is audited; `name` is of this audit alone. */
export const modelKeyOf = (name: string): string => `relumine:model:${name}`;

import type { EpochOutcome } from '../results';
import type { RunEntry } from './journal';
import type { RunSpec } from './plan';

/** What a run tells of itself before it ends. */
export interface RunProgress {
  key: string;
  /** Who does it: `thread 1`, `host:4711`. */
  worker: string;
  type: 'start' | 'epoch';
  /** With `epoch`. */
  outcome?: EpochOutcome;
}

/** What an executor is told to call while it works. */
export interface ExecutorHooks {
  /** Takes a result. It is kept when the promise resolves: an executor may then forget it. */
  onResult(entry: RunEntry): Promise<void>;
  onProgress?(progress: RunProgress): void;
  signal?: AbortSignal | undefined;
}

/** Where runs come from: the next one, or undefined where there is none before another result is in. */
export interface RunSource {
  next(): RunSpec | undefined;
  /** How many there are, where that is known. */
  readonly size?: number;
}

/**
 * Does runs somewhere. Each result is handed over once, in the order in which runs end; a run that fails in every attempt is
 * a result. It ends when no run is under way and the source has none.
 */
export interface Executor {
  run(source: RunSource, hooks: ExecutorHooks): Promise<void>;
}

/** The source of a list. */
export function sourceOf(specs: readonly RunSpec[]): RunSource {
  let i = 0;
  return { next: () => specs[i++], size: specs.length };
}

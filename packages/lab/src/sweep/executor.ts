import type { RunEntry } from './journal';
import type { RunSpec } from './plan';

/** Runs specs somewhere. Each result is handed over once, in the order in which runs end; a run that fails is a result. */
export interface Executor {
  run(specs: readonly RunSpec[], onResult: (entry: RunEntry) => Promise<void>, signal?: AbortSignal): Promise<void>;
}

import type { Run } from '../results';
import type { Executor } from './executor';
import { type Journal, openJournal, type RunEntry } from './journal';
import { localExecutor } from './localExecutor';
import { expandPlan, type SweepPlan } from './plan';

export interface SweepOptions {
  /** Where runs are done; this machine's worker threads unless given. */
  executor?: Executor;
  /** A file that keeps every result as it comes. Runs that it holds are not done again. */
  journal?: string;
  /** Called with every result, those from the journal first. */
  onResult?: (entry: RunEntry, done: number, total: number) => void;
  signal?: AbortSignal;
}

/** What a sweep found: plain JSON. */
export interface SweepResult {
  schema: 'relumine.runs/1';
  plan: SweepPlan;
  /** In the order of the plan, whatever order they ended in. */
  runs: (Run & { key: string })[];
  /** Runs that failed in every attempt, with the reason. */
  failed: { key: string; error: string }[];
}

const memory = (): Journal => {
  const entries = new Map<string, RunEntry>();
  return {
    entries,
    append: async (entry) => void entries.set(entry.key, entry),
    close: async () => undefined,
  };
};

/**
 * Does every run of a plan, once. Results land in the journal as they come, so that a sweep that was killed goes on where
 * it was; a run that fails is recorded with its reason, and the sweep goes on.
 *
 * @example
 * const { runs } = await sweep({ trainSize: 640, epochs: 1, grid: { activation: ['relu', 'elu'], seed: [1, 2] } });
 * @throws TypeError or RangeError for a wrong plan, before anything is trained
 */
export async function sweep(plan: SweepPlan, options: SweepOptions = {}): Promise<SweepResult> {
  const specs = expandPlan(plan);
  const { executor = localExecutor(), onResult = () => undefined, signal } = options;
  const journal = options.journal === undefined ? memory() : await openJournal(options.journal);
  try {
    const isDone = (key: string): boolean => 'run' in (journal.entries.get(key) ?? {});
    let done = 0;
    for (const { key } of specs) if (isDone(key)) onResult(journal.entries.get(key)!, ++done, specs.length);
    const open = specs.filter(({ key }) => !isDone(key));
    const take = async (entry: RunEntry): Promise<void> => {
      await journal.append(entry);
      onResult(entry, ++done, specs.length);
    };
    if (open.length > 0) await executor.run(open, take, signal);
    const entries = specs.map(({ key }) => journal.entries.get(key)!);
    return {
      schema: 'relumine.runs/1',
      plan,
      runs: entries.flatMap((entry) => ('run' in entry ? [{ key: entry.key, ...entry.run }] : [])),
      failed: entries.flatMap((entry) => ('error' in entry ? [{ key: entry.key, error: entry.error }] : [])),
    };
  } finally {
    await journal.close();
  }
}

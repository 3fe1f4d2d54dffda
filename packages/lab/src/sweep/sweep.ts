import type { Run } from '../results';
import { type Versions, versions } from '../versions';
import { digested } from './digested';
import { type Executor, type RunProgress, sourceOf } from './executor';
import { memoryJournal, openJournal, type RunEntry } from './journal';
import { localExecutor } from './localExecutor';
import { expandPlan, type RunSettings, type RunSpec, type SweepPlan, settingsOf } from './plan';

/** Options of `sweep`. */
export interface SweepOptions {
  /** Where runs are done; this machine's worker threads unless given. */
  executor?: Executor;
  /** A file that keeps every result as it comes. Runs that it holds are not done again. */
  journal?: string;
  /** Where relative paths of data begin, and outside of which nothing is read; the working directory unless given. */
  root?: string;
  /** Called when the images are read, before any run begins. */
  onStart?: (specs: readonly RunSpec[]) => void;
  /** Called with every result, those from the journal first. */
  onResult?: (entry: RunEntry, done: number, total: number) => void;
  onProgress?: (progress: RunProgress) => void;
  /** Called for each corrupt file that is left out of an image folder. */
  onSkip?: (file: string, reason: string) => void;
  signal?: AbortSignal;
}

/** A run of a sweep: what it found, and of what it was made. */
export type SweepRun = Run & { key: string; settings: RunSettings };

/** What a sweep found: plain JSON. */
export interface SweepResult {
  schema: 'relumine.runs/1';
  plan: SweepPlan;
  versions: Versions;
  /** In the order of the plan, whatever order they ended in. */
  runs: SweepRun[];
  /** Runs that failed in every attempt, with the reason. */
  failed: { key: string; error: string; settings: RunSettings }[];
}

/**
 * Does every run of a plan, once. Results land in the journal as they come, so that a sweep that was killed goes on where
 * it was; a run that fails is recorded with its reason, and the sweep goes on.
 *
 * @example
 * const { runs } = await sweep({ trainSize: 640, epochs: 1, grid: { activation: ['relu', 'elu'], seed: [1, 2] } });
 * @throws TypeError or RangeError for a wrong plan or data that can't be read, before anything is trained
 */
export async function sweep(plan: SweepPlan, options: SweepOptions = {}): Promise<SweepResult> {
  const planned = expandPlan(plan);
  const keyed = await digested(planned, options);
  const specs = planned.map((spec) => keyed.with(spec));
  const { executor = localExecutor({ root: options.root }), onResult = () => undefined, onProgress, signal } = options;
  const journal = options.journal === undefined ? memoryJournal() : await openJournal(options.journal);
  try {
    const isDone = (key: string): boolean => 'run' in (journal.entries.get(key) ?? {});
    let done = 0;
    options.onStart?.(specs);
    for (const { key } of specs) if (isDone(key)) onResult(journal.entries.get(key)!, ++done, specs.length);
    const missing = specs.filter(({ key }) => !isDone(key));
    if (missing.length > 0) {
      await journal.note({ note: 'sweep', plan, versions: versions(), runs: specs.length } as { note: string });
      const take = async (entry: RunEntry): Promise<void> => {
        await journal.append(entry);
        onResult(entry, ++done, specs.length);
      };
      await executor.run(sourceOf(missing), { onResult: take, signal, ...(onProgress ? { onProgress } : {}) });
    }
    const entries = specs.map((spec) => ({ ...journal.entries.get(spec.key)!, settings: settingsOf(spec) }));
    return {
      schema: 'relumine.runs/1',
      plan,
      versions: versions(),
      runs: entries.flatMap((one) => ('run' in one ? [{ key: one.key, ...one.run, settings: one.settings }] : [])),
      failed: entries.flatMap((one) =>
        'error' in one ? [{ key: one.key, error: one.error, settings: one.settings }] : [],
      ),
    };
  } finally {
    await journal.close();
  }
}

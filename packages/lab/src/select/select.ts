import type { RunGroup } from '../report/groups';
import { groupRuns, shownSettings, varyingSettings } from '../report/groups';
import { digested } from '../sweep/digested';
import type { RunSource } from '../sweep/executor';
import { memoryJournal, openJournal, type RunEntry } from '../sweep/journal';
import { localExecutor } from '../sweep/localExecutor';
import { type RunSettings, type RunSpec, settingsOf } from '../sweep/plan';
import type { SweepOptions, SweepRun } from '../sweep/sweep';
import { type Versions, versions } from '../versions';
import { answerOf } from './answer';
import { Asha, type Trial } from './asha';
import { type Difference, pairedDifference } from './paired';
import { type SelectPlan, wholeSelectPlan } from './plan';

/** What {@link select} takes beside the plan: as for `sweep`. */
export type SelectOptions = Omit<SweepOptions, 'onStart' | 'onResult'> & {
  onResult?: (entry: RunEntry, done: number) => void;
  /** Called for each run before it begins. */
  onTrial?: (trial: { key: string; label: string }) => void;
};

/** What a selection found: plain JSON. */
export interface SelectResult {
  schema: 'relumine.select/1';
  plan: SelectPlan;
  versions: Versions;
  /** What to take, and why, in a sentence or two. */
  answer: string;
  /** The best candidate; null where no run ended. */
  best: RunSettings | null;
  /** The best against the second, on the same seeds. */
  difference: Difference | null;
  /** From the best to the worst: the higher a candidate came, the more seeds it has. */
  candidates: (Omit<RunGroup, 'runs'> & { seeds: number; rung: number })[];
  cost: {
    runs: number;
    epochs: number;
    seconds: number /** What every candidate on every seed would be. */;
    allRuns: number;
  };
  runs: SweepRun[];
  failed: { key: string; error: string; settings: RunSettings }[];
}

const enough = 0.95;

/**
 * Which of many candidates for this data: asynchronous successive halving over seeds, each run stopped early where its
 * channels die or its loss breaks, until the best is told from the second with 95 % confidence or the budget is spent.
 *
 * The test images decide, so that the accuracy of the winner is a little too good: measure it on others.
 *
 * @throws TypeError or RangeError for a wrong plan or data that can't be read, before anything is trained
 *
 * @example
 * const { answer } = await select({ grid: { activation: ['relu', 'elu'] }, trainSize: 640, epochs: 1, budget: { runs: 12 } });
 */
export async function select(plan: SelectPlan = {}, options: SelectOptions = {}): Promise<SelectResult> {
  const { candidates, halving, budget } = wholeSelectPlan(plan);
  const started = performance.now();
  const isDecided = (a: readonly number[], b: readonly number[]): boolean =>
    pairedDifference(a, b).confidence >= enough;
  const asha = new Asha({ ...halving, candidates: candidates.length, isDecided });
  const varying = varyingSettings(candidates.map(settingsOf));
  const labels = candidates.map((spec) => Object.values(shownSettings(settingsOf(spec), varying)).join(', '));
  const keyed = await digested(candidates, options);
  const specOf = ({ candidate, seed }: Trial): RunSpec => keyed.with(candidates[candidate]!, { seed: seed + 1 });
  const trials = new Map<string, Trial>();
  const specs = new Map<string, RunSpec>();
  const { executor = localExecutor({ root: options.root }), onResult = () => undefined, onProgress, signal } = options;
  const journal = options.journal === undefined ? memoryJournal() : await openJournal(options.journal);
  let done = 0;
  const take = (entry: RunEntry): void => {
    // A run that failed is a candidate's worst.
    asha.report(trials.get(entry.key)!, 'run' in entry ? entry.run.testAccuracy : 0);
    onResult(entry, ++done);
  };
  const mayGoOn = (): boolean =>
    trials.size < (budget.runs ?? Number.POSITIVE_INFINITY) &&
    performance.now() - started < 1000 * (budget.seconds ?? Number.POSITIVE_INFINITY);
  const source: RunSource = {
    next() {
      while (mayGoOn()) {
        const trial = asha.next();
        if (!trial) return undefined;
        const spec = specOf(trial);
        trials.set(spec.key, trial);
        specs.set(spec.key, spec);
        options.onTrial?.({ key: spec.key, label: `${labels[trial.candidate]}, seed ${trial.seed + 1}` });
        const known = journal.entries.get(spec.key);
        if (!(known && 'run' in known)) return spec;
        take(known);
      }
      return undefined;
    },
  };
  try {
    await journal.note({ note: 'select', plan, versions: versions() } as { note: string });
    await executor.run(source, {
      signal,
      async onResult(entry) {
        await journal.append(entry);
        take(entry);
      },
      ...(onProgress ? { onProgress } : {}),
    });
  } finally {
    await journal.close();
  }
  const entries = [...specs].flatMap(([key, spec]) => {
    const entry = journal.entries.get(key);
    return entry ? [{ entry, settings: settingsOf(spec) }] : [];
  });
  const runs = entries.flatMap(({ entry, settings }): SweepRun[] =>
    'run' in entry ? [{ key: entry.key, ...entry.run, settings }] : [],
  );
  const ranking = asha.ranking();
  const groups = groupRuns({ runs });
  const labelled = ranking.flatMap((candidate) => {
    const own = groups.find((group) => group.runs.some(({ key }) => trials.get(key)?.candidate === candidate));
    return own ? [{ candidate, group: own }] : [];
  });
  const [best] = ranking;
  const second = asha.contender();
  const scores = (candidate: number): number[] => asha.scores[candidate]!.map((score) => score ?? Number.NaN);
  const shared = best === undefined || second === undefined ? 0 : Math.min(scores(best).length, scores(second).length);
  const difference =
    shared > 0 ? pairedDifference(scores(best!).slice(0, shared), scores(second!).slice(0, shared)) : null;
  const cost = {
    runs: trials.size,
    epochs: runs.reduce((sum, { epochs }) => sum + epochs.length, 0),
    seconds: Math.round(runs.reduce((sum, { seconds }) => sum + seconds, 0) * 10) / 10,
    allRuns: candidates.length * halving.mostSeeds,
  };
  return {
    schema: 'relumine.select/1',
    plan,
    versions: versions(),
    answer: answerOf(
      labelled.map(({ group }) => group),
      difference,
      cost,
    ),
    best: best === undefined ? null : settingsOf(candidates[best]!),
    difference,
    candidates: labelled.map(({ candidate, group: { runs: own, ...rest } }) => ({
      ...rest,
      seeds: own.length,
      rung: asha.rungs[candidate]!,
    })),
    cost,
    runs,
    failed: entries.flatMap(({ entry, settings }) =>
      'error' in entry ? [{ key: entry.key, error: entry.error, settings }] : [],
    ),
  };
}

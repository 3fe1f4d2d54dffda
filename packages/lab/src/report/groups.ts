import type { EpochOutcome, Run } from '../results';
import { type Interval, meanInterval } from '../stats/student';
import type { RunSettings } from '../sweep/plan';
import type { SweepResult, SweepRun } from '../sweep/sweep';

/** Runs that differ in nothing but their seed. */
export interface RunGroup {
  /** The settings that vary in the sweep, and their values here. */
  settings: Record<string, string>;
  label: string;
  runs: SweepRun[];
  accuracy: Interval;
  /** Share of all channels that are dead at the end. */
  dead: Interval;
  loss: Interval;
}

/** A setting's value in words. */
export const textOf = (value: unknown): string => {
  if (typeof value !== 'object' || value === null) return String(value);
  const { name, kind, ...rest } = value as Record<string, unknown>;
  const title = name ?? kind;
  const parts = Object.entries(rest).map(([key, inner]) => `${key} ${textOf(inner)}`);
  if (title === undefined) return parts.join(', ') || 'none';
  return parts.length > 0 ? `${title} (${parts.join(', ')})` : String(title);
};

/** The settings that are not the same in all runs, seeds aside. */
export function varyingSettings(all: readonly RunSettings[]): (keyof RunSettings)[] {
  // What most sweeps are about comes first.
  const keys = [
    'activation',
    ...Object.keys(all[0] ?? {}).filter((key) => key !== 'activation'),
  ] as (keyof RunSettings)[];
  return keys.filter((key) => key !== 'seed' && new Set(all.map((one) => JSON.stringify(one[key]))).size > 1);
}

/** The varying settings of one run in words. */
export const shownSettings = (settings: RunSettings, varying: readonly (keyof RunSettings)[]): Record<string, string> =>
  Object.fromEntries(varying.map((key) => [key, textOf(settings[key])]));

/** A setting's value says enough of an activation; of all else, its name is needed too. */
export const labelOf = (settings: Record<string, string>): string =>
  Object.entries(settings)
    .map(([name, value]) => (name === 'activation' ? value : `${name} ${value}`))
    .join(', ');

const sum = (layers: readonly { deadChannels: number; channels: number }[]): [dead: number, channels: number] =>
  layers.reduce<[number, number]>(
    ([dead, channels], layer) => [dead + layer.deadChannels, channels + layer.channels],
    [0, 0],
  );

/** The share of all channels that are dead; 0 where there are none. */
export function deadFractionOf({ layers }: Pick<Run | EpochOutcome, 'layers'>): number {
  const [dead, channels] = sum(layers);
  return channels === 0 ? 0 : dead / channels;
}

/** Runs that differ in nothing but their seed, together; the best by accuracy first. */
export function groupRuns({ runs }: Pick<SweepResult, 'runs'>): RunGroup[] {
  const varying = varyingSettings(runs.map(({ settings }) => settings));
  const byKey = new Map<string, SweepRun[]>();
  for (const run of runs) {
    const key = JSON.stringify(varying.map((name) => run.settings[name]));
    byKey.set(key, [...(byKey.get(key) ?? []), run]);
  }
  const groups = [...byKey.values()].map((own): RunGroup => {
    const settings = shownSettings(own[0]!.settings, varying);
    return {
      settings,
      label: labelOf(settings) || textOf(own[0]!.settings.activation),
      runs: own,
      accuracy: meanInterval(own.map(({ testAccuracy }) => testAccuracy)),
      dead: meanInterval(own.map(deadFractionOf)),
      loss: meanInterval(own.map(({ trainLoss }) => Number(trainLoss))),
    };
  });
  return groups.sort((a, b) => b.accuracy.mean - a.accuracy.mean);
}

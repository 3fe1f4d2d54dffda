import { encodeNumber } from '@relumine/core/checks';
import type { RunEntry, RunProgress, RunSettings } from '@relumine/lab';
import { liveView } from './liveView';
import type { Terminal } from './terminal';

const encode = (_: string, value: unknown): unknown => (typeof value === 'number' ? encodeNumber(value) : value);

/** What a run is called: the settings that are not the same in all. */
export type Label = (key: string) => string;

/** Tells people (a line for each result, a live view on terminals) or machines (JSON lines) what happens. */
export interface SweepReporter {
  begin(total: number | undefined): void;
  progress(news: RunProgress): void;
  result(entry: RunEntry, done: number, total?: number): void;
  skip(file: string, reason: string): void;
  /** Text for people. */
  say(text: string): void;
  end(summary: object): void;
}

function line(entry: RunEntry, label: string, place: string): string {
  if ('error' in entry) return `${place} ${label} failed: ${entry.error}`;
  const { testAccuracy, seconds, layers, stopped } = entry.run;
  const dead = layers.reduce((sum, { deadChannels }) => sum + deadChannels, 0);
  const channels = layers.reduce((sum, layer) => sum + layer.channels, 0);
  return `${place} ${label}: ${dead} of ${channels} channels dead, test accuracy ${(100 * testAccuracy).toFixed(2)} %, ${seconds.toFixed(1)} s${stopped ? `; stopped, because ${stopped}` : ''}`;
}

export function sweepReporter({ stdout, stderr }: Terminal, asEvents: boolean, labelOf: Label): SweepReporter {
  const event = (value: object): unknown => stdout.write(`${JSON.stringify(value, encode)}\n`);
  if (asEvents)
    return {
      begin: (total) => event({ event: 'start', ...(total === undefined ? {} : { runs: total }) }),
      progress: ({ type, ...news }) => event({ event: type === 'start' ? 'run' : 'epoch', ...news }),
      result: (entry, done, total) =>
        event({ event: 'result', done, ...(total === undefined ? {} : { total }), ...entry }),
      skip: (file, reason) => event({ event: 'skipped', file, reason }),
      say: () => undefined,
      end: (summary) => event({ event: 'end', ...summary }),
    };
  const view = liveView(stderr, labelOf);
  return {
    begin: view.begin,
    progress: view.progress,
    result(entry, done, total) {
      view.clear();
      stdout.write(`${line(entry, labelOf(entry.key), total === undefined ? `[${done}]` : `[${done}/${total}]`)}\n`);
      view.result(entry, done);
    },
    skip: (file, reason) => void stderr.write(`Left out ${file}: ${reason}\n`),
    say(text) {
      view.clear();
      stdout.write(`${text}\n`);
    },
    end: () => view.clear(),
  };
}

const text = (value: unknown): string => {
  if (typeof value !== 'object' || value === null) return String(value);
  const { name, kind, ...rest } = value as Record<string, unknown>;
  const more = Object.values(rest).map(text).join(' ');
  return [name ?? kind, more].filter((part) => part !== undefined && part !== '').join(' ');
};

/** What is the same in all runs needs no mention; activation, normalization and seed always have one. */
export function labelOfSettings(all: readonly RunSettings[]): (settings: RunSettings) => string {
  const keys = Object.keys(all[0] ?? {}) as (keyof RunSettings)[];
  const always = ['activation', 'normalization', 'seed'];
  const varying = keys.filter(
    (key) => !always.includes(key) && new Set(all.map((one) => JSON.stringify(one[key]))).size > 1,
  );
  return (settings) =>
    [
      text(settings.activation),
      `normalization ${settings.normalization}`,
      ...varying.map((key) => `${key} ${text(settings[key])}`),
      `seed ${settings.seed}`,
    ].join(', ');
}

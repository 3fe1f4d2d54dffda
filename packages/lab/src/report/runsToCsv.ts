import type { SweepResult } from '../sweep/sweep';
import { deadFractionOf } from './groups';

type Cell = string | number | undefined;

/** As RFC 4180 has it; a text that a spreadsheet would take for a formula begins with an apostrophe. */
function field(cell: Cell): string {
  if (cell === undefined) return '';
  if (typeof cell === 'number') return String(cell);
  const safe = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const setting = (value: unknown): Cell =>
  typeof value === 'number' || typeof value === 'string' ? value : JSON.stringify(value);

/**
 * The runs of a sweep as CSV: a line for each run, those that failed with their reason; settings, figures, and dead channels
 * of each layer.
 *
 * @returns UTF-8 text with a head line, lines ending in CRLF
 */
export function runsToCsv({ runs, failed }: Pick<SweepResult, 'runs' | 'failed'>): string {
  const settings = Object.keys((runs[0] ?? failed[0])?.settings ?? {}) as (keyof (typeof runs)[number]['settings'])[];
  const layers = [...new Set(runs.flatMap((run) => run.layers.map(({ name }) => name)))];
  const figures = ['testAccuracy', 'trainLoss', 'deadFraction', 'seconds', 'epochsDone', 'stopped', 'error'];
  const perLayer = layers.flatMap((name) => [`${name} channels`, `${name} dead`, `${name} bornDead`, `${name} died`]);
  const head = ['key', ...settings, ...figures, ...perLayer];
  const lines = runs.map((run): Cell[] => [
    run.key,
    ...settings.map((name) => setting(run.settings[name])),
    run.testAccuracy,
    run.trainLoss,
    deadFractionOf(run),
    run.seconds,
    run.epochs.length,
    run.stopped,
    undefined,
    ...layers.flatMap((name): Cell[] => {
      const layer = run.layers.find((one) => one.name === name);
      return [layer?.channels, layer?.deadChannels, layer?.bornDead, layer?.died];
    }),
  ]);
  const failures = failed.map(({ key, settings: own, error }): Cell[] => [
    key,
    ...settings.map((name) => setting(own[name])),
    ...figures.map((name) => (name === 'error' ? error : undefined)),
    ...perLayer.map(() => undefined),
  ]);
  return [head, ...lines, ...failures].map((cells) => `${cells.map(field).join(',')}\r\n`).join('');
}

import { formatTable } from '@relumine/report';
import type { Interval } from '../stats/student';
import type { SweepResult } from '../sweep/sweep';
import { groupRuns, type RunGroup } from './groups';

/** Settings that are shown; a page (`sweepToHtml`) has them all. */
const most = 20;

const percent = (share: number, digits: number): string => `${(100 * share).toFixed(digits)} %`;
const right = (header: string): { header: string; align: 'right' } => ({ header, align: 'right' });

const range = ({ low, high, count }: Interval): string =>
  count < 2 ? '–' : `${(100 * Math.max(0, low)).toFixed(1)} to ${(100 * Math.min(1, high)).toFixed(1)}`;

const row = ({ label, runs, accuracy, dead, loss }: RunGroup): string[] => [
  label,
  String(runs.length),
  percent(accuracy.mean, 2),
  range(accuracy),
  percent(dead.mean, 1),
  Number.isFinite(loss.mean) ? loss.mean.toFixed(4) : String(loss.mean),
];

/**
 * What a sweep found, as a table: a line for each setting, the best first, means over its seeds with 95 % intervals.
 *
 * @example
 * console.log(formatSweep(await sweep(plan)));
 */
export function formatSweep(result: Pick<SweepResult, 'runs'>, { colors = false }: { colors?: boolean } = {}): string {
  const groups = groupRuns(result);
  if (groups.length === 0) return 'No run ended.';
  const table = formatTable({
    colors,
    columns: [
      'setting',
      right('runs'),
      right('test accuracy'),
      right('95 %'),
      right('dead channels'),
      right('train loss'),
    ],
    rows: groups.slice(0, most).map(row),
  });
  const more = groups.length > most ? `\n… and ${groups.length - most} more settings.` : '';
  return `${table}${more}`;
}

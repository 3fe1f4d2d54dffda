import { formatTable } from '@relumine/report';
import type { RunGroup } from '../report/groups';
import type { Difference } from './paired';
import type { SelectResult } from './select';

const percent = (share: number, digits = 1): string => `${(100 * share).toFixed(digits)} %`;
const points = (share: number): string => (100 * share).toFixed(1);

/** What to take, how sure that is, and what it cost, in a few sentences. */
export function answerOf(
  groups: readonly RunGroup[],
  difference: Difference | null,
  cost: SelectResult['cost'],
): string {
  const [best, second] = groups;
  if (!best) return 'No run ended, so there is nothing to choose from: see why they failed.';
  const dead = best.dead.mean > 0 ? `, with ${percent(best.dead.mean)} of its channels dead` : ', no channel dead';
  const spent = `It took ${cost.runs} runs and ${cost.seconds} s of training; every candidate on every seed would be ${cost.allRuns} runs.`;
  const take = `Take ${best.label}: ${percent(best.accuracy.mean)} of the test images are told right (${best.runs.length} seeds)${dead}.`;
  if (!second || !difference) return `${take} ${spent}`;
  const range = Number.isFinite(difference.low) ? ` (${points(difference.low)} to ${points(difference.high)})` : '';
  const ahead = `On the same ${difference.seeds} seeds that is ${points(difference.mean)} points${range} ahead of ${second.label}`;
  const sure =
    difference.confidence >= 0.95
      ? `${ahead}: better with ${percent(difference.confidence)} confidence.`
      : `${ahead}, which may be chance (${percent(difference.confidence)} confidence): take either, or spend more.`;
  return `${take} ${sure} ${spent}`;
}

/** The candidates as a table, and the answer below it. */
export function formatSelection(
  { candidates, answer }: SelectResult,
  { colors = false }: { colors?: boolean } = {},
): string {
  const right = (header: string): { header: string; align: 'right' } => ({ header, align: 'right' });
  const range = (low: number, high: number): string =>
    Number.isFinite(low) ? `${points(Math.max(0, low))} to ${points(Math.min(1, high))}` : '–';
  const table = formatTable({
    colors,
    columns: [
      'candidate',
      right('seeds'),
      right('test accuracy'),
      right('95 %'),
      right('dead channels'),
      right('train loss'),
    ],
    rows: candidates.map(({ label, seeds, accuracy, dead, loss }) => [
      label,
      String(seeds),
      percent(accuracy.mean, 2),
      range(accuracy.low, accuracy.high),
      percent(dead.mean),
      Number.isFinite(loss.mean) ? loss.mean.toFixed(4) : String(loss.mean),
    ]),
  });
  return `${table}\n\n${answer}`;
}

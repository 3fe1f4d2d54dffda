import type { ReproductionResult, ReproductionRow } from './reproduction';

const figure = (value: number): string =>
  value === 0 ? '0' : Math.abs(value) < 1e-3 ? value.toExponential(1) : String(Number(value.toPrecision(4)));

/** What was expected, in words. */
export function expectedText({ expected, expectedError }: ReproductionRow): string {
  if (expected === null) return '—';
  if (typeof expected !== 'number') return `${figure(expected[0])} … ${figure(expected[1])}`;
  return expectedError ? `${figure(expected)} ± ${figure(expectedError)}` : figure(expected);
}

/** Ours with its standard error. */
export function oursText({ ours, standardError }: ReproductionRow): string {
  return standardError > 0 ? `${figure(ours)} ± ${figure(standardError)}` : figure(ours);
}

/** Whether ours is within 3 standard errors, or the band. */
export function verdictText({ within }: ReproductionRow): string {
  return within === null ? '' : within ? 'yes' : 'no';
}

/** A reproduction as a table for a terminal. */
export function formatReproduction(result: ReproductionResult): string {
  const head = ['case', 'what', 'ours', 'expected', 'within'];
  const rows = result.rows.map((row) => [row.case, row.quantity, oursText(row), expectedText(row), verdictText(row)]);
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd();
  const sources = [...new Set(result.rows.map(({ source }) => source).filter(Boolean))];
  return [
    result.title,
    '',
    line(head),
    line(widths.map((width) => '-'.repeat(width))),
    ...rows.map(line),
    '',
    ...sources.map((source) => `expected: ${source}`),
    `${result.seconds} s`,
  ].join('\n');
}

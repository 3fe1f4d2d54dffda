import {
  escapeMarkup,
  formatCount,
  formatNumber,
  formatShare,
  htmlTable,
  pageStyle,
  plural,
} from '@relumine/report/page';
import type { EpochOutcome } from '../results';
import type { Interval } from '../stats/student';
import type { SweepResult, SweepRun } from '../sweep/sweep';
import { bandChart, lineStyles, type Series } from './bandChart';
import { deadGrid } from './deadGrid';
import { deadFractionOf, groupRuns, labelOf, type RunGroup, shownSettings, varyingSettings } from './groups';
import { sweepStyle } from './sweepStyle';

/** What {@link sweepToHtml} takes beside the result. */
export interface SweepHtmlOptions {
  /** The page's title; `Sweep` unless given. */
  title?: string;
}

/** Runs with a dead grid of their own; a page with more would not open. */
const mostGrids = 1000;

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

const withInterval = ({ mean, low, high, count }: Interval): string =>
  count < 2
    ? percent(mean)
    : `${percent(mean)} <span class="soft">${percent(Math.max(0, low))} to ${percent(Math.min(1, high))}</span>`;

const swatch = (style: number): string =>
  `<svg aria-hidden="true" class="rl s${style % lineStyles}" viewBox="0 0 14 14" width="14" height="14"><rect class="band" width="14" height="14"/><path class="mean" d="M0 7H14"/></svg>`;

function verdict(groups: readonly RunGroup[], { runs, failed }: SweepResult): string {
  const [best, second] = groups;
  const lost = failed.length > 0 ? ` ${plural(failed.length, 'run')} failed.` : '';
  if (!best) return `<p class="verdict grave"><strong>No run ended.</strong>${lost}</p>`;
  const apart =
    second && best.accuracy.low > second.accuracy.high
      ? ''
      : ' The intervals of the next one overlap: more seeds would tell them apart.';
  return `<p class="verdict well"><strong>${escapeMarkup(best.label)}: ${percent(best.accuracy.mean)} of the test images are told right, ${formatShare(best.dead.mean)} of the channels are dead.</strong> The best of ${plural(groups.length, 'setting')} in ${plural(runs.length, 'run')}.${second ? apart : ''}${lost}</p>`;
}

function groupTable(groups: readonly RunGroup[]): string {
  const names = Object.keys(groups[0]?.settings ?? {});
  const rows = groups.map(({ settings, label, runs, accuracy, dead, loss }, i) => [
    `${i < lineStyles ? swatch(i) : ''} ${escapeMarkup(names.length > 0 ? settings[names[0]!]! : label)}`,
    ...names.slice(1).map((name) => escapeMarkup(settings[name]!)),
    formatCount(runs.length),
    withInterval(accuracy),
    withInterval(dead),
    formatNumber(loss.mean),
    runs.reduce((sum, { seconds }) => sum + seconds, 0).toFixed(1),
  ]);
  const heads = [
    ...(names.length > 0 ? names : ['setting']),
    'Runs',
    'Test accuracy',
    'Dead channels',
    'Train loss',
    'Seconds',
  ];
  return `<section aria-labelledby="settings"><h2 id="settings">Settings</h2><p>Means over the seeds, with 95 % intervals (Student).</p>${htmlTable('Settings, the best first', heads, rows, Math.max(1, names.length))}</section>`;
}

const seriesOf = (groups: readonly RunGroup[], value: (epoch: EpochOutcome) => number): Series[] =>
  groups.slice(0, lineStyles).map(({ label, runs }, style) => ({
    label,
    style,
    values: Array.from({ length: Math.max(...runs.map(({ epochs }) => epochs.length)) }, (_, i) =>
      runs.flatMap(({ epochs }) => (epochs[i] ? [value(epochs[i])] : [])),
    ),
  }));

function curves(groups: readonly RunGroup[]): string {
  if (groups.length === 0) return '';
  const charts = [
    bandChart(
      'Test accuracy',
      seriesOf(groups, ({ testAccuracy }) => testAccuracy),
      [0, 1],
    ),
    bandChart(
      'Train loss',
      seriesOf(groups, ({ trainLoss }) => Number(trainLoss)),
      [0, Number.POSITIVE_INFINITY],
    ),
    bandChart('Dead share of the channels', seriesOf(groups, deadFractionOf), [0, 1]),
  ];
  const shown = groups.slice(0, lineStyles);
  const legend = shown.map(({ label }, i) => `<li>${swatch(i)} ${escapeMarkup(label)}</li>`).join('');
  const more = groups.length > lineStyles ? ` The best ${lineStyles} of ${groups.length} settings are drawn.` : '';
  return `<section aria-labelledby="curves"><h2 id="curves">Curves</h2><p>Means by epoch; bands are 95 % intervals of the mean over the seeds.${more}</p><ul class="legend">${legend}</ul><div class="charts">${charts.join('')}</div></section>`;
}

function runTable({ runs, failed }: SweepResult): string {
  const varying = varyingSettings([...runs, ...failed].map(({ settings }) => settings));
  const rows = runs.map((run) => [
    ...Object.values(shownSettings(run.settings, varying)).map(escapeMarkup),
    String(run.seed),
    percent(run.testAccuracy),
    formatShare(deadFractionOf(run)),
    formatNumber(run.trainLoss),
    run.seconds.toFixed(1),
    escapeMarkup(run.stopped ?? ''),
    `<code>${escapeMarkup(run.key)}</code>`,
  ]);
  const heads = [...varying, 'Seed', 'Test accuracy', 'Dead channels', 'Train loss', 'Seconds', 'Stopped', 'Key'];
  const lost = failed.map(({ settings, error, key }) => [
    ...Object.values(shownSettings(settings, varying)).map(escapeMarkup),
    String(settings.seed),
    escapeMarkup(error),
    `<code>${escapeMarkup(key)}</code>`,
  ]);
  const failures =
    lost.length > 0
      ? `<h3>Failed</h3>${htmlTable('Runs that failed', [...varying, 'Seed', 'Reason', 'Key'], lost, varying.length + 3)}`
      : '';
  return `<section aria-labelledby="runs"><h2 id="runs">Runs</h2><details${runs.length <= 30 ? ' open' : ''}><summary>${plural(runs.length, 'run')}</summary>${htmlTable('Every run', heads, rows, varying.length)}</details>${failures}</section>`;
}

function grids({ runs }: SweepResult): string {
  const varying = varyingSettings(runs.map(({ settings }) => settings));
  const named = (run: SweepRun): string =>
    [labelOf(shownSettings(run.settings, varying)), `seed ${run.seed}`].filter((part) => part !== '').join(', ');
  const blocks = runs
    .slice(0, mostGrids)
    .map(
      (run) =>
        `<tr><th scope="row">${escapeMarkup(named(run))}</th>${run.layers.map((layer) => `<td>${deadGrid(layer)}</td>`).join('')}</tr>`,
    );
  const heads = (runs[0]?.layers ?? []).map(
    ({ name, channels }) => `<th scope="col">${escapeMarkup(name)} <span class="soft">${channels}</span></th>`,
  );
  const more = runs.length > mostGrids ? `<p class="soft">The first ${formatCount(mostGrids)} runs are drawn.</p>` : '';
  const legend = `<ul class="legend"><li><i class="key ok"></i> alive</li><li><i class="key died"></i> died in training</li><li><i class="key born"></i> dead from birth</li></ul>`;
  return `<section aria-labelledby="channels"><h2 id="channels">Channels</h2><p>Every channel of every run, after its last epoch, on the probe images.</p>${legend}${more}<div class="scroll" role="region" tabindex="0" aria-label="Channels"><table class="grids"><thead><tr><th scope="col">Run</th>${heads.join('')}</tr></thead><tbody>${blocks.join('')}</tbody></table></div></section>`;
}

function made({ plan, versions }: SweepResult): string {
  return `<section aria-labelledby="plan"><h2 id="plan">The plan that made it</h2><pre>${JSON.stringify(plan, null, 2).split('\n').map(escapeMarkup).join('\n')}</pre><p class="soft">Relumine ${escapeMarkup(versions.relumine)}, TensorFlow.js ${escapeMarkup(versions.tfjs)}.</p></section>`;
}

/**
 * A sweep as one HTML page that opens from disk: the best setting, tables, curves with confidence bands, every channel of
 * every run, the plan and versions. No script, no network, light or dark as the reader's system is.
 *
 * @example
 * await writeFile('sweep.html', sweepToHtml(await sweep(plan)));
 */
export function sweepToHtml(result: SweepResult, { title = 'Sweep' }: SweepHtmlOptions = {}): string {
  const groups = groupRuns(result);
  const parts = [
    verdict(groups, result),
    groupTable(groups),
    curves(groups),
    runTable(result),
    grids(result),
    made(result),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeMarkup(title)}</title>
<style>${pageStyle}${sweepStyle}</style>
</head>
<body class="rl">
<header><h1>${escapeMarkup(title)}</h1></header>
<main>
${parts.filter((part) => part !== '').join('\n')}
</main>
<footer><p>Made by Relumine from ${plural(result.runs.length, 'run')}.</p></footer>
</body>
</html>
`;
}

import type { CertificateReport, DeadNeuronReport, LayerReport } from '@relumine/core';
import { channelGrid, type Drawing, swatch } from './channelGrid';
import { type ChannelState, channelStates, stateNames } from './channelState';
import { curveChart } from './curveChart';
import { certificateSection, htmlTable } from './htmlSections';
import { layerExtras } from './layerExtras';
import { layerSummary } from './layerSummary';
import { escapeMarkup } from './markup';
import { formatBound, formatCount, formatIndices, formatNumber, formatShare, plural } from './numbers';
import { pageStyle } from './pageStyle';
import { requireReport } from './requireReport';
import { verdict } from './verdict';

/** Options of `reportToHtml`. */
export interface HtmlOptions {
  /** The page's title; `Dead neurons` by default. */
  title?: string;
  /** What `certify` proved of the same model, to stand beside what was seen. */
  certificate?: CertificateReport;
}

/** Channels with a row of their own, per layer. */
const mostRows = 200;

/**
 * A report as one HTML page that opens from disk: verdict, what to do next, layers, every channel, the
 * dead-versus-samples curve. No script, no network, light or dark as the reader's system is; readable with a keyboard
 * and with a screen reader.
 *
 * @param report what `auditModel` or `mergeReports` found; also as read back from JSON
 * @throws TypeError if `report` is not a `relumine.report/1`
 *
 * @example
 * await writeFile('report.html', reportToHtml(report, { title: 'My network' }));
 */
export function reportToHtml(report: DeadNeuronReport, options: HtmlOptions = {}): string {
  requireReport('reportToHtml', report);
  const { title = 'Dead neurons', certificate } = options;
  const { finding, rest, grave } = verdict(report);
  const main = [
    `<p class="verdict ${grave ? 'grave' : 'well'}"><strong>${escapeMarkup(finding)}</strong>${escapeMarkup(rest)}</p>`,
    nonFinite(report),
    adviceSection(report),
    layerTable(report),
    channelSection(report),
    curveSection(report),
    inputSection(report),
    certificate ? certificateSection(certificate) : '',
    words,
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeMarkup(title)}</title>
<style>${pageStyle}</style>
</head>
<body class="rl">
<a class="skip" href="#channels">Skip to the channels</a>
<header><h1>${escapeMarkup(title)}</h1></header>
<main>
${main.filter((part) => part !== '').join('\n')}
</main>
<footer><p>Made by Relumine from ${plural(report.samples, 'sample')}.</p></footer>
</body>
</html>
`;
}

function nonFinite({ summary }: DeadNeuronReport): string {
  const names = summary.nonFiniteLayers ?? [];
  if (names.length === 0) return '';
  return `<p class="alert" role="note"><strong>NaN or infinity</strong> in ${names.map((name) => `<code>${escapeMarkup(name)}</code>`).join(', ')}: look there first.</p>`;
}

function adviceSection({ summary }: DeadNeuronReport): string {
  const advice = summary.advice ?? [];
  if (advice.length === 0) return '';
  return `<section aria-labelledby="next"><h2 id="next">What to do next</h2><ul class="advice">${advice.map((sentence) => `<li>${escapeMarkup(sentence)}</li>`).join('')}</ul></section>`;
}

const idOf = (index: number): string => `layer-${index}`;

function layerTable({ layers }: DeadNeuronReport): string {
  if (layers.length === 0) return '';
  const rows = layers.map((layer, i) => {
    const s = layerSummary(layer);
    const share = Math.max(0, Math.min(1, Number(s.deadFraction) || 0));
    // A drawing, not a styled box: style attributes are what a strict content policy forbids where a page shows this one.
    const bar = `<svg class="bar" aria-hidden="true" width="100%" height="5"><rect class="dead" width="${(share * 100).toFixed(1)}%" height="5"/></svg>`;
    return [
      `<a href="#${idOf(i)}">${escapeMarkup(s.name)}</a>`,
      escapeMarkup(s.activation),
      formatCount(s.channels),
      `${formatCount(s.dead)}${s.dead > 0 ? ` <span class="soft">(${formatShare(s.deadFraction)})</span>` : ''}${bar}`,
      s.deadBound === null ? '–' : `≤ ${formatBound(s.deadBound)}`,
      formatShare(s.deadUnitFraction),
      formatCount(s.nearlyDead),
      formatShare(s.apoz),
      formatCount(s.dormant),
      formatNumber(s.margin),
    ];
  });
  const heads = [
    'Layer',
    'Activation',
    'Channels',
    'Dead',
    'Dead fire on',
    'Dead units',
    'Nearly dead',
    'APoZ',
    'Dormant',
    'Least max z',
  ];
  return `<section class="layers" aria-labelledby="layers"><h2 id="layers">Layers</h2>${htmlTable('One row per layer with an activation', heads, rows, 2)}</section>`;
}

const drawing = ({ body, width, height }: Drawing, label: string): string =>
  `<svg role="img" aria-label="${escapeMarkup(label)}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">${body}</svg>`;

function channelSection({ layers }: DeadNeuronReport): string {
  if (layers.length === 0) return '';
  const ill = (layer: LayerReport): boolean => channelStates(layer).some((state) => !state.startsWith('alive'));
  const blocks = layers.map((layer, i) => {
    const s = layerSummary(layer);
    const facts = s.dead === 0 ? 'none dead' : `${formatCount(s.dead)} of ${plural(s.channels, 'channel')} dead`;
    const grid = drawing(channelGrid(layer, 44), `${s.name}: ${gridLabel(layer)}`);
    return `<details id="${idOf(i)}"${ill(layer) || layers.length <= 3 ? ' open' : ''}><summary><span class="name">${escapeMarkup(s.name)}</span> <span class="soft">${escapeMarkup(s.activation)}, ${facts}</span></summary><div class="grid">${grid}</div>${layerExtras(layer)}${channelTable(layer)}</details>`;
  });
  return `<section aria-labelledby="channels"><h2 id="channels" tabindex="-1">Channels</h2>${legendList()}${blocks.join('')}</section>`;
}

/** The legend as text that wraps; the swatches are for the eye alone. */
function legendList(): string {
  const items = Object.entries(stateNames).map(([state, name]) => {
    const { body } = swatch(state as ChannelState);
    return `<li><svg aria-hidden="true" viewBox="0 0 14 14" width="14" height="14">${body}</svg> ${name}</li>`;
  });
  return `<ul class="legend">${items.join('')}</ul>`;
}

function gridLabel(layer: LayerReport): string {
  const kinds: [string, readonly number[]][] = [
    ['NaN or infinity in', layer.nonFiniteChannels],
    ['dead:', layer.deadChannels],
    ['nearly dead:', layer.nearlyDeadChannels],
  ];
  const said = kinds.filter(([, c]) => c.length > 0).map(([kind, c]) => `${kind} channels ${formatIndices(c, 30)}`);
  return said.length > 0 ? said.join('; ') : `all ${plural(layer.channels, 'channel')} alive`;
}

/** The figures of each channel that isn't well. */
function channelTable(layer: LayerReport): string {
  const states = channelStates(layer);
  const ill = states.flatMap((state, c) => (state.startsWith('alive') ? [] : [c]));
  if (ill.length === 0) return '';
  const { perChannel: p } = layer;
  const saturated = new Set(layer.saturatedChannels);
  const rows = ill
    .slice(0, mostRows)
    .map((c) => [
      formatCount(c),
      `<span class="badge ${states[c]}">${stateNames[states[c]!]}</span>${saturated.has(c) ? ' saturated' : ''}`,
      formatShare(p.firingRate[c]),
      `≤ ${formatBound(p.firingRateBound95[c])}`,
      p.familyWiseBound95 ? `≤ ${formatBound(p.familyWiseBound95[c])}` : '–',
      formatShare(p.apoz[c]),
      formatNumber(p.dormancy[c]),
      formatNumber(p.mean[c]),
      formatNumber(p.variance[c]),
      formatNumber(p.margin[c]),
    ]);
  const heads = [
    'Channel',
    'Verdict',
    'Fires on',
    'At 95 %',
    'All at 95 %',
    'APoZ',
    'Dormancy',
    'Mean',
    'Variance',
    'Max z',
  ];
  const more = ill.length > mostRows ? `<p class="soft">… and ${formatCount(ill.length - mostRows)} more.</p>` : '';
  const name = `Figures of the ${plural(ill.length, 'channel')} that ${ill.length === 1 ? 'is' : 'are'} not well`;
  const table = htmlTable(`Channels of ${layerSummary(layer).name} that are not well`, heads, rows, 2);
  return `<details class="inner"><summary>${name}</summary>${table}${more}</details>`;
}

function curveSection({ curve = [] }: DeadNeuronReport): string {
  const [wide, narrow] = [curveChart(curve, 700), curveChart(curve, 320)];
  if (!wide || !narrow) return '';
  const [first, last] = [curve[0]!, curve.at(-1)!];
  const label = `Dead channels fall from ${formatCount(first.deadChannels)} after ${plural(first.samples, 'sample')} to ${formatCount(last.deadChannels)} after ${formatCount(last.samples)}.`;
  const rows = curve.map((p) => [formatCount(p.samples), formatCount(p.deadChannels)]);
  return `<section aria-labelledby="curve"><h2 id="curve">Dead channels by samples</h2><p>Channels that have not fired yet. Where the curve still falls, more samples will acquit more channels.</p><div class="grid wide">${drawing(wide, label)}</div><div class="grid narrow">${drawing(narrow, label)}</div><details><summary>The curve as a table</summary>${htmlTable('The curve, point by point', ['Samples', 'Dead channels'], rows, 0)}</details></section>`;
}

function inputSection({ inputs = [] }: DeadNeuronReport): string {
  if (inputs.length === 0) return '';
  const rows = inputs.map(({ name, values, nonFinite, sum, sumSquares, min, max }) => {
    const count = values - nonFinite;
    const mean = Number(sum) / count;
    const deviation = Math.sqrt(Math.max(0, Number(sumSquares) / count - mean * mean));
    const figures = [mean, deviation, Number(min), Number(max)].map(formatNumber);
    return [escapeMarkup(name), formatCount(values), ...figures, formatCount(nonFinite)];
  });
  const heads = ['Input', 'Values', 'Mean', 'Standard deviation', 'Least', 'Largest', 'NaN or infinite'];
  return `<section aria-labelledby="inputs"><h2 id="inputs">What went in</h2>${htmlTable('How the values of each input are spread', heads, rows, 1)}</section>`;
}

const words = `<section aria-labelledby="words"><h2 id="words">What the words mean</h2><dl>
<dt>Dead</dt><dd>The activation's slope is (nearly) 0 on every sample at every position: no gradient reaches the channel. For ReLU: never above 0.</dd>
<dt>At 95 %, dead fire on</dt><dd>How sure that is. A channel that never fired may still fire on up to this share of all data. Samples count, positions of one sample don't.</dd>
<dt>All at 95 %</dt><dd>The same with 95 % confidence for all channels of the layer together.</dd>
<dt>Nearly dead</dt><dd>Fires on less than 1 % of the samples.</dd>
<dt>APoZ</dt><dd>Average share of values that are exactly 0. High values are normal for ReLU; only channels that never fire are lost.</dd>
<dt>Dormancy</dt><dd>The channel's mean magnitude, as a multiple of the layer's. Dormant: at most 0.025.</dd>
<dt>Max z</dt><dd>The largest pre-activation: how far a dead channel is from life. The layer's figure is the least of its channels'.</dd>
</dl></section>`;

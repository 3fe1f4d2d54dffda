import type { DeadNeuronReport } from '@relumine/core';
import { channelGrid, legend } from './channelGrid';
import { curveChart } from './curveChart';
import { shorten } from './displayWidth';
import { layerSummary } from './layerSummary';
import { escapeMarkup } from './markup';
import { formatBound, formatShare, plural } from './numbers';
import { drawingStyle, themes } from './palette';
import { requireReport } from './requireReport';
import { verdict } from './verdict';

const width = 720;
const margin = 24;

/**
 * A report as one SVG picture: every channel of every layer as a cell, and the dead-versus-samples curve. It stands
 * alone: no script, no font and no address in it; light or dark as the reader's system is.
 *
 * @throws TypeError if `report` is not a `relumine.report/1`
 */
export function reportToSvg(report: DeadNeuronReport): string {
  requireReport('reportToSvg', report);
  const { finding, rest } = verdict(report);
  const inner = width - 2 * margin;
  const parts: string[] = [
    `<text class="bold" x="${margin}" y="36" style="font-size:17px">${escapeMarkup(finding + rest)}</text>`,
  ];
  let y = 56;
  if (report.layers.length > 0) {
    const key = legend(inner, margin, y);
    parts.push(key.body);
    y += key.height + 22;
  }
  for (const layer of report.layers) {
    const s = layerSummary(layer);
    const dead =
      s.dead === 0
        ? 'none dead'
        : `${s.dead} of ${plural(s.channels, 'channel')} dead (${formatShare(s.deadFraction)})`;
    const bound = s.deadBound === null ? '' : `; they fire on at most ${formatBound(s.deadBound)} (95 %)`;
    parts.push(
      `<text class="bold" x="${margin}" y="${y + 12}">${escapeMarkup(shorten(s.name, 44))}</text>`,
      `<text class="soft small" x="${width - margin}" y="${y + 12}" text-anchor="end">${escapeMarkup(`${s.activation}: ${dead}${bound}`)}</text>`,
    );
    const grid = channelGrid(layer, Math.floor((inner + 2) / 16), margin, y + 22);
    parts.push(grid.body);
    y += 22 + grid.height + 24;
  }
  const chart = curveChart(report.curve ?? [], inner, margin, y + 16);
  if (chart) {
    parts.push(`<text class="bold" x="${margin}" y="${y + 4}">Dead channels by samples</text>`, chart.body);
    y += 16 + chart.height + 12;
  }
  const label = escapeMarkup(`Dead neurons by layer. ${finding}${rest}`);
  return `<svg xmlns="http://www.w3.org/2000/svg" class="rl" role="img" aria-label="${label}" viewBox="0 0 ${width} ${y}" width="${width}" height="${y}"><style>${themes('.rl')}${drawingStyle}</style><rect class="paper" width="${width}" height="${y}"/>${parts.join('')}</svg>`;
}

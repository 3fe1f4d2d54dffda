import type { DeadNeuronReport } from '@relumine/core';
import { printable } from './displayWidth';
import { layerSummary } from './layerSummary';
import { formatBound, formatCount, formatIndices, formatNumber, formatShare } from './numbers';
import { requireReport } from './requireReport';
import { formatTable, paint, type TableCell, type TableColumn } from './table';
import { verdict } from './verdict';

/** Options of `formatReport`. */
export interface FormatReportOptions {
  /** ANSI colours; off by default. */
  colors?: boolean;
  /** The widest that a layer's name may get before it is cut in the middle; 32 by default. */
  nameWidth?: number;
}

/**
 * A report as text for a terminal: what is not finite, one line per layer, which channels are dead, the
 * dead-versus-samples curve, what to do next.
 *
 * @param report what `auditModel`, `measureActivations` or `mergeReports` found; also as read back from JSON
 * @returns lines without a final line break
 * @throws TypeError if `report` is not a `relumine.report/1`
 *
 * @example
 * console.log(formatReport(await auditModel(model, images)));
 */
export function formatReport(report: DeadNeuronReport, options: FormatReportOptions = {}): string {
  requireReport('formatReport', report);
  const { colors = false, nameWidth = 32 } = options;
  const parts = [
    headline(report, colors),
    nonFinite(report, colors),
    layerTable(report, colors, nameWidth),
    deadLists(report),
    curve(report),
    (report.summary.advice ?? []).map((sentence) => `→ ${printable(sentence)}`).join('\n'),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function headline(report: DeadNeuronReport, colors: boolean): string {
  const { finding, rest, grave } = verdict(report);
  return paint(finding, rest === '' ? undefined : grave ? 'red' : 'green', colors) + rest;
}

function nonFinite({ summary }: DeadNeuronReport, colors: boolean): string {
  const names = summary.nonFiniteLayers ?? [];
  if (names.length === 0) return '';
  return paint(`NaN or infinity in ${names.map(printable).join(', ')}: look there first.`, 'red', colors);
}

function layerTable({ layers }: DeadNeuronReport, colors: boolean, nameWidth: number): string {
  if (layers.length === 0) return '';
  const columns: TableColumn[] = [
    { header: 'layer', maxWidth: nameWidth },
    { header: 'activation', maxWidth: 16 },
    { header: 'channels' },
    { header: 'dead', align: 'right' },
    { header: 'fires on ≤ (95 %)', align: 'right' },
    { header: 'dead units', align: 'right' },
    { header: 'nearly dead' },
    { header: 'APoZ', align: 'right' },
    { header: 'dormant' },
    { header: 'least max z', align: 'right' },
  ];
  const rows = layers.map((layer): TableCell[] => {
    const s = layerSummary(layer);
    return [
      s.nonFinite > 0 ? { text: s.name, color: 'red' } : s.name,
      s.activation,
      s.channels,
      { text: s.dead === 0 ? '0' : `${s.dead} (${formatShare(s.deadFraction)})`, ...(s.dead ? { color: 'red' } : {}) },
      s.deadBound === null ? null : formatBound(s.deadBound),
      formatShare(s.deadUnitFraction),
      s.nearlyDead === 0 ? 0 : { text: s.nearlyDead, color: 'yellow' },
      s.apoz === null ? null : formatShare(s.apoz),
      s.dormant,
      s.margin === null ? null : formatNumber(s.margin),
    ];
  });
  return formatTable({ columns, rows, colors });
}

function deadLists({ layers }: DeadNeuronReport): string {
  const lines = layers.flatMap((layer) => {
    const name = printable(layerSummary(layer).name);
    const kinds: [string, readonly number[]][] = [
      ['not finite', layer.nonFiniteChannels],
      ['dead', layer.deadChannels],
      ['nearly dead', layer.nearlyDeadChannels],
    ];
    return kinds
      .filter(([, c]) => c.length > 0)
      .map(([kind, c]) => `${name}: ${kind}: channel${c.length === 1 ? '' : 's'} ${formatIndices(c)}`);
  });
  return lines.join('\n');
}

function curve(report: DeadNeuronReport): string {
  const points = report.curve ?? [];
  if (points.length < 2) return '';
  // At most eight points, the first and the last among them.
  const count = Math.min(8, points.length);
  const picked = Array.from({ length: count }, (_, i) => points[Math.round((i * (points.length - 1)) / (count - 1))]!);
  const steps = picked.map((p) => `${formatCount(p.deadChannels)} after ${formatCount(p.samples)}`);
  return `Dead channels by samples: ${steps.join(' → ')}`;
}

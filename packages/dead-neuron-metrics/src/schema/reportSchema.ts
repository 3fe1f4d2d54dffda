import type { ChannelFigures, DeadNeuronReport, JsonNumber, LayerReport } from '@relumine/core';
import * as z from 'zod';

const count = z.int().nonnegative();
const counts = z.array(count);
const share = z.number().min(0).max(1);
const shares = z.array(share);
/** JSON can't hold NaN and infinities: they are strings. */
const figure = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity'])]);
const figures = z.array(figure);
/** 0 / 0 where `nonFinite: 'ignore'` left nothing to divide by. */
const figureOrShare = z.array(z.union([share, z.literal('NaN')]));

const perChannel = z.object({
  firingRate: shares,
  firingRateBound95: shares,
  familyWiseBound95: shares,
  apoz: figureOrShare,
  dormancy: figures,
  mean: figures,
  variance: figures,
  margin: z.array(figure.nullable()),
});

const statistics = z.object({
  samples: count,
  count,
  positions: count,
  fired: counts,
  zeros: counts,
  nonPositive: counts,
  nan: counts,
  infinite: counts,
  sum: figures,
  sumAbs: figures,
  sumSquares: figures,
  min: figures,
  max: figures,
  maxPreactivation: z.array(figure.nullable()),
  unitFired: counts,
  unitNan: counts,
  nonFinite: z.enum(['propagate', 'ignore']),
});

const layer = z.object({
  name: z.string(),
  source: z.string(),
  path: z.array(z.string()),
  activation: z.string(),
  shape: counts.exactOptional(),
  channels: count,
  deadFraction: share,
  deadUnitFraction: share,
  deadChannels: counts,
  silentChannels: counts,
  constantChannels: counts,
  saturatedChannels: counts,
  nearlyDeadChannels: counts,
  nonFiniteChannels: counts,
  perChannel,
  statistics,
  classes: z.object({ samples: counts, fired: z.array(counts) }).exactOptional(),
  rank: z.object({ effective: figure, stable: figure, gram: figures.exactOptional() }).exactOptional(),
});

const input = z.object({
  name: z.string(),
  values: count,
  nonFinite: count,
  sum: figure,
  sumSquares: figure,
  min: figure,
  max: figure,
});

/** The shape of a report as JSON: one source for the reader and for the published JSON Schema. */
const report = z.object({
  schema: z.literal('relumine.report/1'),
  samples: count,
  layers: z.array(layer),
  summary: z.object({
    channels: count,
    deadChannels: count,
    deadFraction: share,
    nonFiniteLayers: z.array(z.string()),
    advice: z.array(z.string()),
  }),
  curve: z.array(z.object({ samples: count, deadChannels: count })),
  inputs: z.array(input).exactOptional(),
});

/** A report whose figures per channel are as JSON holds them. That the schema fits it, the compiler checks below. */
export type ReportAsJson = Omit<DeadNeuronReport, 'layers'> & {
  layers: (Omit<LayerReport, 'perChannel'> & { perChannel: Record<keyof ChannelFigures, (JsonNumber | null)[]> })[];
};

/** The first thing that is wrong with `value`, and where; undefined for a report. */
export function parseReport(value: unknown): { report: ReportAsJson } | { at: string; message: string } {
  const parsed = report.safeParse(value);
  if (parsed.success) return { report: parsed.data };
  const issue = parsed.error.issues[0]!;
  const at = issue.path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  return { at: `report${at}`, message: issue.message };
}

/**
 * The JSON Schema (draft 2020-12) of a report, as the package ships it in `report.schema.json`. Fields that are not named
 * are allowed: later versions may add some.
 */
export function reportJsonSchema(): Record<string, unknown> {
  return { title: 'relumine.report/1', ...z.toJSONSchema(report, { io: 'input' }) };
}

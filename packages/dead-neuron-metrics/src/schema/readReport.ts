import {
  type ChannelFigures,
  type DeadNeuronReport,
  decodeNumber,
  describe,
  encodeNumber,
  invalidArgument,
} from '@relumine/core';
import { parseReport, type ReportAsJson } from './reportSchema';

const where = 'dead-neuron-metrics/readReport';

/**
 * A report as JSON text that loses nothing: NaN and infinities become the strings `"NaN"`, `"Infinity"`, `"-Infinity"`.
 *
 * @param space spaces of indentation, as in `JSON.stringify`
 */
export function writeReport(report: DeadNeuronReport, space?: number): string {
  return JSON.stringify(report, (_, value) => (typeof value === 'number' ? encodeNumber(value) : value), space);
}

const wrong = (rule: string, received: string, cause?: unknown): Error =>
  invalidArgument({ where, argument: 'json', rule, received, cause });

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw wrong('must be JSON', describe(text.slice(0, 60)), cause);
  }
}

/** What a shape alone does not say: one entry for each channel, one for each unit, no channel out of range. */
function contradiction({ layers, summary }: ReportAsJson): string | undefined {
  for (const [i, layer] of layers.entries()) {
    const { channels, perChannel, statistics } = layer;
    const at = `report.layers[${i}]`;
    for (const [name, values] of Object.entries(perChannel))
      if (values.length !== channels) return `${at}.perChannel.${name} has ${values.length} entries for ${channels}`;
    for (const [name, values] of Object.entries(statistics)) {
      if (!Array.isArray(values)) continue;
      const expected = name.startsWith('unit') ? channels * statistics.positions : channels;
      const noNaN = name === 'unitNan' && statistics.nan.every((count) => count === 0) && values.length === 0;
      if (values.length !== expected && !noNaN)
        return `${at}.statistics.${name} has ${values.length} entries for ${expected}`;
    }
    const positions = layer.shape?.reduce((product, n) => product * n, 1);
    if (positions !== undefined && positions !== statistics.positions)
      return `${at}.shape does not hold its ${statistics.positions} positions`;
    const gram = layer.rank?.gram;
    if (gram && gram.length !== (channels * (channels + 1)) / 2)
      return `${at}.rank.gram has ${gram.length} entries for ${channels} channels`;
    const rows = layer.classes?.fired;
    if (rows && (rows.length !== layer.classes?.samples.length || rows.some((row) => row.length !== channels)))
      return `${at}.classes has not one row per class with one entry per channel`;
    for (const [name, values] of Object.entries(layer))
      if (name.endsWith('Channels') && (values as number[]).some((c) => c >= channels))
        return `${at}.${name} names a channel beyond ${channels - 1}`;
    if (Math.abs(layer.deadFraction * channels - layer.deadChannels.length) > 1e-9)
      return `${at}.deadFraction is not that of its deadChannels`;
  }
  const dead = layers.reduce((sum, { deadChannels }) => sum + deadChannels.length, 0);
  return dead === summary.deadChannels ? undefined : `report.summary.deadChannels is not the ${dead} of the layers`;
}

/** The figures of every channel as numbers; null stays where z could not be seen. */
function decodeFigures(figures: ReportAsJson['layers'][number]['perChannel']): ChannelFigures {
  const entries = Object.entries(figures).map(([name, values]) => [
    name,
    values.map((value) => (value === null ? null : decodeNumber(value))),
  ]);
  return Object.fromEntries(entries) as ChannelFigures;
}

/**
 * Reads a report that {@link writeReport}, the command line or another program wrote, and checks all of it.
 *
 * @param json the text, or what `JSON.parse` made of it
 * @returns the report as `auditModel` gave it: figures per channel are numbers again
 * @throws RangeError that names the first thing that is wrong, and where
 * @see reportJsonSchema, and `report.schema.json` in the package
 */
export function readReport(json: unknown): DeadNeuronReport {
  const value = typeof json === 'string' ? parseJson(json) : json;
  const parsed = parseReport(value);
  if ('at' in parsed) throw wrong(`must be a relumine.report/1; ${parsed.at}: ${parsed.message}`, describe(value));
  const problem = contradiction(parsed.report);
  if (problem) throw wrong('must not contradict itself', problem);
  const layers = parsed.report.layers.map((layer) => ({ ...layer, perChannel: decodeFigures(layer.perChannel) }));
  return { ...parsed.report, layers };
}

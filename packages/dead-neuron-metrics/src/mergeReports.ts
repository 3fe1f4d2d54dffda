import {
  type ClassCounts,
  type DeadNeuronReport,
  decodeNumber,
  encodeNumber,
  type InputStatistics,
  invalidArgument,
  type LayerReport,
} from '@relumine/core';
import { mergeRanks } from './measures/gram';
import { buildReport } from './report';
import { layerReport, RateBounds } from './statistics/layerReport';
import { mergeStatistics } from './statistics/mergeStatistics';

const keyOf = ({ path, name, source, activation }: LayerReport): string =>
  [...path, name, source, activation].join('/');

/**
 * The report of two disjoint sets of samples, as one audit over both would have given it: counts, sets and extremes
 * exactly, float sums to 1e-12. Order and grouping don't matter.
 *
 * The curve keeps its last point alone. A report says of each channel whether it fired on all of its samples, not after
 * which of them it first did, so that after fewer samples of the union the dead channels can't be counted; and which of the
 * two sets came first would show in it. Whoever merges shards in a known order gets the exact curve at their ends, from
 * `summary.deadChannels` after each merge: `auditModel` and the lab's audits over many machines do so batch by batch.
 *
 * @throws RangeError where the reports are not of the same layers
 */
export function mergeReports(a: DeadNeuronReport, b: DeadNeuronReport): DeadNeuronReport {
  const [keysA, keysB] = [a.layers.map(keyOf), b.layers.map(keyOf)];
  if (keysA.join('\n') !== keysB.join('\n'))
    throw invalidArgument({
      where: 'dead-neuron-metrics/mergeReports',
      argument: 'b',
      rule: 'must be a report of the same layers as `a`',
      received: `${keysB.join(', ')}, against ${keysA.join(', ')}`,
    });
  const bounds = new RateBounds();
  const layers = a.layers.map((layer, i) => {
    const { name, source, path, activation, shape, statistics } = layer;
    const other = b.layers[i]!;
    const identity = { name, source, path, activation, ...(shape ? { shape } : {}) };
    const classes = layer.classes && other.classes && addClasses(layer.classes, other.classes);
    const rank = layer.rank && other.rank && mergeRanks(layer.rank, other.rank, layer.channels);
    const merged = layerReport(identity, mergeStatistics(statistics, other.statistics), bounds);
    return { ...merged, ...(classes ? { classes } : {}), ...(rank ? { rank } : {}) };
  });
  const samples = a.samples + b.samples;
  const merged = buildReport(layers, samples, []);
  const inputs = a.inputs && b.inputs && mergeInputs(a.inputs, b.inputs);
  const curve = [{ samples, deadChannels: merged.summary.deadChannels }];
  return { ...merged, curve, ...(inputs ? { inputs } : {}) };
}

/** A class that one of the two has not met counts 0 there. */
function addClasses(a: ClassCounts, b: ClassCounts): ClassCounts {
  const count = Math.max(a.samples.length, b.samples.length);
  const channels = (a.fired[0] ?? b.fired[0] ?? []).length;
  const each = Array.from({ length: count }, (_, one) => one);
  return {
    samples: each.map((one) => (a.samples[one] ?? 0) + (b.samples[one] ?? 0)),
    fired: each.map((one) =>
      Array.from({ length: channels }, (_, c) => (a.fired[one]?.[c] ?? 0) + (b.fired[one]?.[c] ?? 0)),
    ),
  };
}

function mergeInputs(a: readonly InputStatistics[], b: readonly InputStatistics[]): InputStatistics[] {
  return a.flatMap((one, i) => {
    const other = b[i];
    if (!other) return [];
    const join = (key: 'sum' | 'sumSquares' | 'min' | 'max', how: (x: number, y: number) => number) =>
      encodeNumber(how(decodeNumber(one[key]), decodeNumber(other[key])));
    const plus = (x: number, y: number): number => x + y;
    return {
      name: one.name,
      values: one.values + other.values,
      nonFinite: one.nonFinite + other.nonFinite,
      sum: join('sum', plus),
      sumSquares: join('sumSquares', plus),
      min: join('min', Math.min),
      max: join('max', Math.max),
    };
  });
}

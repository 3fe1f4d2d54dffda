import { type DeadNeuronReport, invalidArgument, type LayerReport } from '@relumine/core';
import { buildReport } from './report';
import { layerReport } from './statistics/layerReport';
import { mergeStatistics } from './statistics/mergeStatistics';

const keyOf = ({ path, name, source, activation }: LayerReport): string =>
  [...path, name, source, activation].join('/');

/**
 * The report of two disjoint sets of samples, as one audit over both would have given it: counts, sets and extremes
 * exactly, float sums to 1e-12. Order and grouping don't matter.
 *
 * The curve keeps its last point alone: how many channels were dead after fewer samples of the union is not known.
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
  const layers = a.layers.map(({ name, source, path, activation, statistics }, i) =>
    layerReport({ name, source, path, activation }, mergeStatistics(statistics, b.layers[i]!.statistics)),
  );
  const samples = a.samples + b.samples;
  const merged = buildReport(layers, samples, []);
  return { ...merged, curve: [{ samples, deadChannels: merged.summary.deadChannels }] };
}

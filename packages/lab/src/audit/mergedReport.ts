import type { CurvePoint, DeadNeuronReport } from '@relumine/core';
import { mergeReports } from '@relumine/dead-neuron-metrics';
import type { Images } from './readImages';

/** The reports of batches in the order of the data, as one pass over them would have told it, curve included. */
function mergeInOrder(reports: readonly DeadNeuronReport[]): DeadNeuronReport {
  const curve: CurvePoint[] = [];
  let nextPoint = 1;
  let merged: DeadNeuronReport | undefined;
  for (const report of reports) {
    merged = merged ? mergeReports(merged, report) : report;
    const { samples, summary } = merged;
    if (samples < nextPoint) continue;
    curve.push({ samples, deadChannels: summary.deadChannels });
    while (nextPoint <= samples) nextPoint *= 2;
  }
  const { samples, summary } = merged!;
  if (curve.at(-1)?.samples !== samples) curve.push({ samples, deadChannels: summary.deadChannels });
  return { ...merged!, curve };
}

/** The report of all batches; the input's sums are added value by value, as an audit does. */
export function mergedReport(reports: readonly DeadNeuronReport[], values: Float32Array): DeadNeuronReport {
  const report = mergeInOrder(reports);
  const [input] = report.inputs ?? [];
  if (!input) return report;
  let [sum, sumSquares] = [0, 0];
  for (const value of values) {
    sum += value;
    sumSquares += value * value;
  }
  return { ...report, inputs: [{ ...input, sum, sumSquares }] };
}

/** What an audit says about broken or constant input is told from all of it: such data goes in one pass. */
export function isPlainInput({ values }: Images): boolean {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (!Number.isFinite(value)) return false;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return min < max;
}

import {
  type ChannelStatisticsSnapshot,
  decodeNumber,
  encodeNumber,
  invalidArgument,
  type JsonNumber,
} from '@relumine/core';

const plus = (a: readonly number[], b: readonly number[]): number[] => a.map((value, i) => value + b[i]!);

const combine = (
  a: readonly JsonNumber[],
  b: readonly JsonNumber[],
  join: (x: number, y: number) => number,
): JsonNumber[] => a.map((value, i) => encodeNumber(join(decodeNumber(value), decodeNumber(b[i]!))));

const add = (x: number, y: number): number => x + y;

/**
 * The statistics of two disjoint sets of samples of one layer: counts, sets and extremes exactly, sums to float64 rounding.
 *
 * @throws RangeError where channels, positions or the treatment of NaN differ
 */
export function mergeStatistics(a: ChannelStatisticsSnapshot, b: ChannelStatisticsSnapshot): ChannelStatisticsSnapshot {
  const shape = (one: ChannelStatisticsSnapshot): string =>
    `${one.fired.length} channels, ${one.positions} positions, NaN ${one.nonFinite}`;
  if (shape(a) !== shape(b))
    throw invalidArgument({
      where: 'dead-neuron-metrics/mergeReports',
      argument: 'b',
      rule: 'must be of the same layer, input size and treatment of NaN as `a`',
      received: `${shape(b)}, against ${shape(a)}`,
    });
  return {
    samples: a.samples + b.samples,
    count: a.count + b.count,
    positions: a.positions,
    fired: plus(a.fired, b.fired),
    zeros: plus(a.zeros, b.zeros),
    nonPositive: plus(a.nonPositive, b.nonPositive),
    nan: plus(a.nan, b.nan),
    infinite: plus(a.infinite, b.infinite),
    sum: combine(a.sum, b.sum, add),
    sumAbs: combine(a.sumAbs, b.sumAbs, add),
    sumSquares: combine(a.sumSquares, b.sumSquares, add),
    min: combine(a.min, b.min, Math.min),
    max: combine(a.max, b.max, Math.max),
    maxPreactivation: a.maxPreactivation.map((value, i) => {
      const other = b.maxPreactivation[i] ?? null;
      return value === null || other === null ? null : encodeNumber(Math.max(decodeNumber(value), decodeNumber(other)));
    }),
    unitFired: plus(a.unitFired, b.unitFired),
    unitNan: a.unitNan.length === 0 ? b.unitNan : b.unitNan.length === 0 ? a.unitNan : plus(a.unitNan, b.unitNan),
    nonFinite: a.nonFinite,
  };
}

import { type ChannelStatisticsSnapshot, decodeNumber, type LayerReport } from '@relumine/core';
import { firingRateBound } from '../confidence/firingRateBound';
import { deadChannelsOf, deadUnitFractionOf } from './observeLayer';
import { reluFamily } from './responses';

/** Which layer a report speaks of. */
export interface LayerIdentity {
  name: string;
  source: string;
  path: string[];
  activation: string;
  shape?: number[];
}

/** max h − min h up to this share of the largest |h| counts as constant: float32 rounding of equal sums. */
const constantTolerance = 1e-6;
const nearlyDeadRate = 0.01;
const confidence = 0.95;

const where = (flags: readonly boolean[]): number[] => flags.flatMap((flag, c) => (flag ? [c] : []));

/** `mean|h_c| / mean_k mean|h_k|`; 0 throughout where the whole layer is zero. */
export function dormancy(meanAbs: readonly number[]): number[] {
  const layerMean = meanAbs.reduce((sum, mean) => sum + mean, 0) / meanAbs.length;
  return meanAbs.map((mean) => (layerMean === 0 ? 0 : mean / layerMean));
}

/** Bounds that have been computed: most channels, of all layers, share theirs, and each takes an incomplete beta function. */
export class RateBounds {
  private readonly known = new Map<string, number>();

  of(samples: number, level: number, fired: number): number {
    const key = `${samples} ${level} ${fired}`;
    const bound = this.known.get(key) ?? firingRateBound(samples, level, fired);
    this.known.set(key, bound);
    return bound;
  }
}

/**
 * The report of one layer, from its statistics alone.
 *
 * @param bounds what the layers of one report share
 */
export function layerReport(
  identity: LayerIdentity,
  s: ChannelStatisticsSnapshot,
  bounds: RateBounds = new RateBounds(),
): LayerReport {
  const channels = s.fired.length;
  const propagate = s.nonFinite === 'propagate';
  const spoiled = (c: number): boolean => propagate && s.nan[c]! > 0;
  const counted = (c: number): number => s.count - s.nan[c]!;
  const sum = s.sum.map(decodeNumber);
  const sumAbs = s.sumAbs.map(decodeNumber);
  const sumSquares = s.sumSquares.map(decodeNumber);
  const [min, max] = [s.min.map(decodeNumber), s.max.map(decodeNumber)];
  const each = <T>(value: (c: number) => T): T[] => Array.from({ length: channels }, (_, c) => value(c));

  const deadChannels = deadChannelsOf(s);
  const dead = new Set(deadChannels);
  const largest = (c: number): number => Math.max(Math.abs(min[c]!), Math.abs(max[c]!));
  const mean = each((c) => (spoiled(c) ? Number.NaN : sum[c]! / counted(c)));
  const meanAbs = each((c) => (spoiled(c) ? Number.NaN : sumAbs[c]! / counted(c)));
  const quiet = (c: number): boolean =>
    reluFamily.has(identity.activation) ? max[c]! <= 0 : max[c]! === 0 && min[c]! === 0;

  return {
    ...identity,
    channels,
    deadFraction: channels === 0 ? 0 : deadChannels.length / channels,
    deadUnitFraction: deadUnitFractionOf(s),
    deadChannels,
    silentChannels: where(each((c) => counted(c) > 0 && !spoiled(c) && quiet(c))),
    constantChannels: where(
      each((c) => counted(c) > 0 && !spoiled(c) && max[c]! - min[c]! <= constantTolerance * largest(c)),
    ),
    saturatedChannels: where(each((c) => dead.has(c) && largest(c) > 0 && counted(c) > 0)),
    nearlyDeadChannels: where(each((c) => s.fired[c]! > 0 && s.fired[c]! / s.samples < nearlyDeadRate)),
    nonFiniteChannels: where(each((c) => s.nan[c]! + s.infinite[c]! > 0)),
    perChannel: {
      firingRate: each((c) => s.fired[c]! / s.samples),
      firingRateBound95: s.fired.map((fired) => bounds.of(s.samples, confidence, fired)),
      familyWiseBound95: s.fired.map((fired) => bounds.of(s.samples, 1 - (1 - confidence) / channels, fired)),
      apoz: each((c) => s.zeros[c]! / (propagate ? s.count : counted(c))),
      dormancy: dormancy(meanAbs),
      mean,
      variance: each((c) => (spoiled(c) ? Number.NaN : Math.max(0, sumSquares[c]! / counted(c) - mean[c]! ** 2))),
      margin: s.maxPreactivation.map((value) => (value === null ? null : decodeNumber(value))),
    },
    statistics: s,
  };
}

import { type ChannelStatisticsSnapshot, decodeNumber, type LayerReport } from '@relumine/core';
import { unitCountsOf } from './unitCounts';

/** The part of a layer's report that changes are told from. */
export interface LayerObservation
  extends Pick<
    LayerReport,
    'name' | 'path' | 'channels' | 'deadChannels' | 'deadFraction' | 'deadUnitFraction' | 'nonFiniteChannels'
  > {
  /** max z of each channel; null where z can't be seen. */
  margin: (number | null)[];
}

/** Channels that fired on no sample; a NaN that propagates is no silence. */
export function deadChannelsOf({ samples, fired, nan, nonFinite }: ChannelStatisticsSnapshot): number[] {
  if (samples === 0) return [];
  return fired.flatMap((count, c) => (count === 0 && !(nonFinite === 'propagate' && nan[c]! > 0) ? [c] : []));
}

/** The share of units that fired on no sample. */
export function deadUnitFractionOf(s: ChannelStatisticsSnapshot): number {
  const { unitNan, nonFinite } = s;
  const unitFired = unitCountsOf(s);
  if (unitFired.length === 0) return 0;
  // There are millions of units: asking an empty list for each of them takes longer than all the rest.
  const anyNan = nonFinite === 'propagate' && unitNan.length > 0;
  let dead = 0;
  if (unitFired instanceof Int32Array) {
    // The sign of count − 1: no branch, for which unit is dead can't be foreseen.
    for (let unit = 0; unit < unitFired.length; unit++) dead += (unitFired[unit]! - 1) >>> 31;
  } else for (let unit = 0; unit < unitFired.length; unit++) if (unitFired[unit] === 0) dead++;
  if (anyNan)
    for (let unit = 0; unit < unitFired.length; unit++) if (unitFired[unit] === 0 && unitNan[unit]! > 0) dead--;
  return dead / unitFired.length;
}

/** What one step's statistics say of a layer. */
export function observeLayer(
  identity: { name: string; path: string[] },
  s: ChannelStatisticsSnapshot,
): LayerObservation {
  const channels = s.fired.length;
  const deadChannels = deadChannelsOf(s);
  return {
    ...identity,
    channels,
    deadChannels,
    deadFraction: channels === 0 ? 0 : deadChannels.length / channels,
    deadUnitFraction: deadUnitFractionOf(s),
    nonFiniteChannels: s.nan.flatMap((count, c) => (count + s.infinite[c]! > 0 ? [c] : [])),
    margin: s.maxPreactivation.map((value) => (value === null ? null : decodeNumber(value))),
  };
}

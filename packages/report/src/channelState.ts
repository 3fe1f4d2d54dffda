import type { LayerReport } from '@relumine/core';
import { formatBound, formatNumber, formatShare, toNumber } from './numbers';

/** What a cell of the grid shows; `alive1` … `alive5` by the share of samples on which the channel fires. */
export type ChannelState = 'nonFinite' | 'dead' | 'nearly' | `alive${1 | 2 | 3 | 4 | 5}`;

export const stateNames: Readonly<Record<ChannelState, string>> = {
  nonFinite: 'NaN or infinity',
  dead: 'dead',
  nearly: 'nearly dead',
  alive1: 'fires on less than 20 %',
  alive2: '20 – 40 %',
  alive3: '40 – 60 %',
  alive4: '60 – 80 %',
  alive5: '80 % or more',
};

/** The state of every channel of a layer. */
export function channelStates(layer: LayerReport): ChannelState[] {
  const [nonFinite, dead, nearly] = [layer.nonFiniteChannels, layer.deadChannels, layer.nearlyDeadChannels].map(
    (channels) => new Set(channels),
  );
  return Array.from({ length: layer.channels }, (_, c): ChannelState => {
    if (nonFinite!.has(c)) return 'nonFinite';
    if (dead!.has(c)) return 'dead';
    if (nearly!.has(c)) return 'nearly';
    const rate = toNumber(layer.perChannel.firingRate[c]);
    const bucket = Number.isFinite(rate) ? Math.min(5, Math.max(1, Math.floor(rate * 5) + 1)) : 1;
    return `alive${bucket as 1 | 2 | 3 | 4 | 5}`;
  });
}

/** One channel in a sentence. */
export function channelSentence(layer: LayerReport, channel: number, state: ChannelState): string {
  const { firingRate, firingRateBound95, margin } = layer.perChannel;
  const parts = [
    `channel ${channel}: ${state.startsWith('alive') ? 'alive' : stateNames[state]}`,
    `fires on ${formatShare(firingRate[channel])}, at 95 % on at most ${formatBound(firingRateBound95[channel])}`,
  ];
  if (margin[channel] !== null && margin[channel] !== undefined) parts.push(`max z ${formatNumber(margin[channel])}`);
  return parts.join('; ');
}

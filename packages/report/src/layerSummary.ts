import type { LayerReport } from '@relumine/core';
import { greatest, least, mean, toNumber } from './numbers';

/** Channels at or below this share of the layer's mean |h| are counted as dormant (Sokar et al. 2023 use 0.025). */
export const dormantThreshold = 0.025;

/** A layer in one line of figures, the same for text, SVG and HTML. */
export interface LayerSummary {
  /** Names of nested models and of the layer, joined by `/`. */
  name: string;
  activation: string;
  channels: number;
  dead: number;
  deadFraction: number;
  /** The greatest 95 % bound among the dead channels: what their true firing rate may still be. Null without any. */
  deadBound: number | null;
  deadUnitFraction: number;
  nearlyDead: number;
  nonFinite: number;
  /** Mean over channels of the share of exact zeros. */
  apoz: number | null;
  dormant: number;
  /** The lowest `max z` of all channels; null where z can't be seen. */
  margin: number | null;
}

export function layerSummary(layer: LayerReport): LayerSummary {
  const { perChannel, deadChannels } = layer;
  return {
    name: [...(layer.path ?? []), layer.name].join('/'),
    activation: layer.activation,
    channels: layer.channels,
    dead: deadChannels.length,
    deadFraction: layer.deadFraction,
    deadBound: greatest(deadChannels.map((c) => perChannel.firingRateBound95[c])),
    deadUnitFraction: layer.deadUnitFraction,
    nearlyDead: layer.nearlyDeadChannels.length,
    nonFinite: layer.nonFiniteChannels.length,
    apoz: mean(perChannel.apoz),
    dormant: perChannel.dormancy.filter((d) => toNumber(d) <= dormantThreshold).length,
    margin: least(perChannel.margin),
  };
}

import { activationNames } from '@relumine/activations';
import { activationLayer } from '@relumine/activations/layers';
import type { ActivationName } from '@relumine/core';
import type { layers } from '@tensorflow/tfjs-layers';
import type { FollowedBy } from './initializer';

/** They change the number of channels, so that no layer after a kernel can take them. */
const changesChannels: readonly ActivationName[] = ['glu', 'crelu'];

/** The activations that models can have. */
export const modelActivationNames: readonly ActivationName[] = activationNames.filter(
  (name) => !changesChannels.includes(name),
);

/** The layer of one activation. */
export function activationStep({ name, params }: FollowedBy, layerName: string): layers.Layer {
  // A PReLU by name has a fixed slope; as a layer, its slope starts there.
  const { alpha, ...rest } = params;
  const start = name === 'prelu' && alpha !== undefined ? { ...rest, initialSlope: alpha as number } : params;
  return activationLayer({ ...start, name, layerName });
}

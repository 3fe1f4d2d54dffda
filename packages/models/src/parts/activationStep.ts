import { activationNames as relumineNames } from '@relumine/activations';
import { activationLayer } from '@relumine/activations/layers';
import type { ActivationName } from '@relumine/core';
import { layers } from '@tensorflow/tfjs-layers';
import type { FollowedBy } from './initializer';

type Make = (name: string) => layers.Layer;

const plain =
  (activation: 'selu' | 'sigmoid' | 'softplus' | 'softsign' | 'tanh' | 'swish' | 'mish' | 'gelu'): Make =>
  (name) =>
    layers.activation({ activation, name });

/** Activations of tfjs-layers that have no parameters, for those that `@relumine/activations` has no layer for. */
const stock: Partial<Record<ActivationName, Make>> = {
  relu6: (name) => layers.reLU({ maxValue: 6, name }),
  selu: plain('selu'),
  sigmoid: plain('sigmoid'),
  softplus: plain('softplus'),
  softsign: plain('softsign'),
  tanh: plain('tanh'),
  silu: plain('swish'),
  mish: plain('mish'),
  gelu: plain('gelu'),
};

/** They change the number of channels, so that no layer after a kernel can take them. */
const changesChannels: readonly ActivationName[] = ['glu', 'crelu'];

/** The activations that models can have. */
export const modelActivationNames: readonly ActivationName[] = [
  ...new Set([...relumineNames, ...(Object.keys(stock) as ActivationName[])]),
].filter((name) => !changesChannels.includes(name));

/** The layer of one activation. */
export function activationStep({ name, params }: FollowedBy, layerName: string): layers.Layer {
  if (!relumineNames.includes(name)) return stock[name]!(layerName);
  // A PReLU by name has a fixed slope; as a layer, its slope starts there.
  const { alpha, ...rest } = params;
  const start = name === 'prelu' && alpha !== undefined ? { ...rest, initialSlope: alpha as number } : params;
  return activationLayer({ ...start, name, layerName });
}

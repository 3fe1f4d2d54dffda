import { type ActivationName, invalidArgument } from '@relumine/core';
import { initializers, layers } from '@tensorflow/tfjs-layers';
import type { FollowedBy } from './initializer';

type Make = (name: string, params: Readonly<Record<string, unknown>>) => layers.Layer;

const number = (value: unknown, fallback: number): number => (typeof value === 'number' ? value : fallback);

/** An activation that tfjs-layers knows by name and that has no parameters. */
const plain =
  (activation: 'selu' | 'sigmoid' | 'softplus' | 'softsign' | 'tanh' | 'swish' | 'mish' | 'gelu'): Make =>
  (name) =>
    layers.activation({ activation, name });

const known: Partial<Record<ActivationName, Make>> = {
  linear: (name) => layers.activation({ activation: 'linear', name }),
  relu: (name) => layers.reLU({ name }),
  relu6: (name) => layers.reLU({ maxValue: 6, name }),
  leakyRelu: (name, { negativeSlope }) => layers.leakyReLU({ alpha: number(negativeSlope, 0.01), name }),
  // One slope for the whole layer, as in PyTorch; its shared axes need the rank, which the layer's build knows.
  prelu: (name, { init }) =>
    layers.prelu({ alphaInitializer: initializers.constant({ value: number(init, 0.25) }), sharedAxes: [1, 2], name }),
  elu: (name) => layers.elu({ name }),
  selu: plain('selu'),
  sigmoid: plain('sigmoid'),
  softplus: plain('softplus'),
  softsign: plain('softsign'),
  tanh: plain('tanh'),
  silu: plain('swish'),
  mish: plain('mish'),
  gelu: plain('gelu'),
};

/** The layer of one activation. */
export function activationStep(where: string, { name, params }: FollowedBy, layerName: string): layers.Layer {
  const make = known[name];
  if (make) return make(layerName, params);
  const rule = `must be one of ${Object.keys(known).join(', ')}`;
  throw invalidArgument({ where, argument: 'options.activation', rule, received: JSON.stringify(name) });
}

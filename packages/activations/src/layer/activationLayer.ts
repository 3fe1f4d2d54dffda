import { type ActivationName, requireFinite, requireObject } from '@relumine/core';
import { activation } from '../activation';
import { resolveActivationName } from '../names';
import type { ActivationParams } from '../shared/definition';
import { type ActivationLayer, activationLayerClass } from './activationLayerClass';
import { registerNamedActivations } from './namedActivations';

const where = 'activations/activationLayer';

/** An activation with its parameters, as a layer: `{ name: 'elu', alpha: 0.5 }`. */
export interface ActivationLayerOptions {
  /** Keras's and PyTorch's names are understood too. */
  name: ActivationName;
  /** PReLU: one slope for all channels instead of one for each. */
  shared?: boolean;
  /** PReLU: the slope that training starts from; 0.25 unless given. */
  initialSlope?: number;
  /** The layer's own name in the model. */
  layerName?: string;
  inputShape?: (number | null)[];
  [parameter: string]: unknown;
}

const own = new Set(['name', 'shared', 'initialSlope', 'layerName', 'inputShape']);

/**
 * Lets tfjs load models that contain activation layers, and makes activations that tfjs has not usable by name, as in
 * `tf.layers.conv2d({ activation: 'hardswish' })`; `activationLayer` does it too. Idempotent.
 */
export function registerActivationLayers(): void {
  activationLayerClass();
  registerNamedActivations();
}

/**
 * A tf.layers layer that applies an activation, with its parameters saved and loaded. PReLU's slope is a trainable weight
 * (no regulariser: a slope that decays towards 0 becomes a ReLU); RReLU draws its slopes in training and is fixed in
 * inference; CReLU doubles the channels, GLU halves them.
 *
 * @example
 * model.add(activationLayer({ name: 'leakyRelu', negativeSlope: 0.2 }));
 * @throws RangeError for an unknown name or parameter, or one that can't be
 */
export function activationLayer(options: ActivationLayerOptions): ActivationLayer {
  requireObject(where, 'options', options);
  const { shared = false, initialSlope = 0.25, layerName, inputShape } = options;
  const name = resolveActivationName(options.name, where);
  requireFinite(where, 'initialSlope', initialSlope);
  const given = Object.entries(options).filter(([key, value]) => !own.has(key) && value !== undefined);
  const params = Object.fromEntries(given) as Record<string, number | string>;
  activation(name, params as ActivationParams);
  registerActivationLayers();
  const rest = { ...(layerName ? { name: layerName } : {}), ...(inputShape ? { inputShape } : {}) };
  return new (activationLayerClass())({ activation: name, params, shared, initialSlope, ...rest });
}

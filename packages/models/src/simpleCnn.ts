import { requireFinite, requirePositiveInteger } from '@relumine/core';
import { type LayersModel, layers } from '@tensorflow/tfjs-layers';
import type { ModelOptions } from './options';
import { apply, Builder } from './parts/builder';

/** What `simpleCnn` takes beside the options of every model. */
export interface SimpleCnnOptions extends ModelOptions {
  /** Convolutions, from 1 to 6; 2 unless given. */
  depth?: number;
  /** Channels of the first convolution; all others have twice as many. 32 unless given. */
  width?: number;
}

const where = 'models/simpleCnn';
/** After three halvings, 28 pixels are 4: a further pool would leave nothing to look at. */
const mostPools = 3;

/**
 * A small CNN: `depth` times a 3 × 3 convolution and its activation, a max-pool after each of the first three, then dense
 * and softmax. By default conv 3×3×32, activation, max-pool, conv 3×3×64, activation, max-pool, dense, softmax. It has
 * `depth` activations.
 *
 * @returns a tf.LayersModel, float32[batch, height, width, channels] → float32[batch, classes]; not compiled, the
 *   caller's to dispose
 * @throws TypeError or RangeError for wrong options
 *
 * @example
 * simpleCnn({ activation: ['relu', { name: 'leakyRelu', negativeSlope: 0.1 }], seed: 7 });
 */
export function simpleCnn(options: SimpleCnnOptions = {}): LayersModel {
  const { depth = 2, width = 32 } = options;
  requirePositiveInteger(where, 'options.depth', depth);
  requireFinite(where, 'options.depth', depth, { max: 6 });
  requirePositiveInteger(where, 'options.width', width);
  const net = new Builder({ name: 'simpleCnn', activations: depth }, options);
  let x = net.input;
  for (let i = 1; i <= depth; i++) {
    x = net.convolution(x, { name: `conv${i}`, filters: i === 1 ? width : 2 * width, kernelSize: 3 });
    if (i > mostPools) continue;
    x = apply(layers.maxPooling2d({ name: `pool${i}`, poolSize: 2, padding: 'same' }), x);
  }
  return net.finish(apply(layers.flatten({ name: 'flatten' }), x));
}

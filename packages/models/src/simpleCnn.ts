import { type LayersModel, layers } from '@tensorflow/tfjs-layers';
import type { ModelOptions } from './options';
import { apply, Builder } from './parts/builder';

/**
 * A small CNN: conv 3×3×32, activation, max-pool, conv 3×3×64, activation, max-pool, dense, softmax. It has two
 * activations.
 *
 * @returns a tf.LayersModel, float32[batch, height, width, channels] → float32[batch, classes]; not compiled, the
 *   caller's to dispose
 * @throws TypeError or RangeError for wrong options
 *
 * @example
 * simpleCnn({ activation: ['relu', { name: 'leakyRelu', negativeSlope: 0.1 }], seed: 7 });
 */
export function simpleCnn(options: ModelOptions = {}): LayersModel {
  const net = new Builder({ name: 'simpleCnn', activations: 2 }, options);
  let x = net.convolution(net.input, { name: 'conv1', filters: 32, kernelSize: 3 });
  x = apply(layers.maxPooling2d({ name: 'pool1', poolSize: 2, padding: 'same' }), x);
  x = net.convolution(x, { name: 'conv2', filters: 64, kernelSize: 3 });
  x = apply(layers.maxPooling2d({ name: 'pool2', poolSize: 2, padding: 'same' }), x);
  return net.finish(apply(layers.flatten({ name: 'flatten' }), x));
}

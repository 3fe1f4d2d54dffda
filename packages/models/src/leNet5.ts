import { type LayersModel, layers } from '@tensorflow/tfjs-layers';
import type { ModelOptions } from './options';
import { apply, Builder } from './parts/builder';

/**
 * LeNet-5: conv 5×5×6, average pool, conv 5×5×16, average pool, dense 120, dense 84, softmax. It has four activations.
 *
 * @returns a tf.LayersModel; not compiled, the caller's to dispose
 * @throws TypeError or RangeError for wrong options; images below 12 × 12 are too small
 * @see LeCun, Bottou, Bengio, Haffner 1998
 */
export function leNet5(options: ModelOptions = {}): LayersModel {
  const net = new Builder({ name: 'leNet5', activations: 4, smallest: 12 }, options);
  let x = net.convolution(net.input, { name: 'conv1', filters: 6, kernelSize: 5 });
  x = apply(layers.averagePooling2d({ name: 'pool1', poolSize: 2 }), x);
  x = net.convolution(x, { name: 'conv2', filters: 16, kernelSize: 5, padding: 'valid' });
  x = apply(layers.averagePooling2d({ name: 'pool2', poolSize: 2 }), x);
  x = apply(layers.flatten({ name: 'flatten' }), x);
  x = net.dense(x, { name: 'dense1', units: 120 });
  return net.finish(net.dense(x, { name: 'dense2', units: 84 }));
}

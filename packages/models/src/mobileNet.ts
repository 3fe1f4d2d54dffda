import { type LayersModel, layers } from '@tensorflow/tfjs-layers';
import type { ModelOptions } from './options';
import { apply, Builder } from './parts/builder';

/** Options of `mobileNet`. */
export interface MobileNetOptions extends ModelOptions {
  /** Channels of the first convolution; 32 unless given. */
  width?: number;
}

/** Channels (times the first layer's) and strides of the blocks: the paper's thirteen. */
const blocks: readonly (readonly [number, number])[] = [
  [2, 1],
  [4, 2],
  [4, 1],
  [8, 2],
  [8, 1],
  [16, 2],
  [16, 1],
  [16, 1],
  [16, 1],
  [16, 1],
  [16, 1],
  [32, 2],
  [32, 1],
];

/**
 * MobileNet: a convolution, then thirteen blocks of a depthwise 3 × 3 and a pointwise 1 × 1 convolution, global average
 * pooling, softmax. The first convolution keeps the size of the image, which is small here. It has 27 activations; ReLU6
 * and batch normalisation are the defaults.
 *
 * @returns a tf.LayersModel; not compiled, the caller's to dispose
 * @throws TypeError or RangeError for wrong options
 * @see Howard et al. 2017, arXiv 1704.04861
 */
export function mobileNet(options: MobileNetOptions = {}): LayersModel {
  const { width = 32 } = options;
  const plan = { name: 'mobileNet', activations: 1 + 2 * blocks.length, activation: 'relu6' } as const;
  const net = new Builder(plan, { normalization: 'batch', ...options });
  net.requireWidth(width);
  let x = net.convolution(net.input, { name: 'conv1', filters: width, kernelSize: 3 });
  blocks.forEach(([times, strides], i) => {
    x = net.depthwise(x, { name: `depthwise${i + 1}`, strides });
    x = net.convolution(x, { name: `pointwise${i + 1}`, filters: width * times, kernelSize: 1 });
  });
  return net.finish(apply(layers.globalAveragePooling2d({ name: 'pool', dataFormat: 'channelsLast' }), x));
}

import { requireFinite, requirePositiveInteger } from '@relumine/core';
import { type LayersModel, layers } from '@tensorflow/tfjs-layers';
import type { ModelOptions } from './options';
import { apply, Builder } from './parts/builder';

/** Options of `vgg`. */
export interface VggOptions extends ModelOptions {
  /** Layers with weights, from 8 to 16, the output among them; 11 unless given. */
  depth?: number;
  /** Channels of the first block; the next have 2, 4, 8 and 8 times as many. 16 unless given (the paper: 64). */
  width?: number;
}

const where = 'models/vgg';

/** How many convolutions each of five blocks has: the later blocks grow first, as in the paper's configurations. */
function blocks(convolutions: number): number[] {
  const counts = [1, 1, 1, 1, 1];
  const growth = [2, 3, 4, 1, 0, 2, 3, 4];
  for (let i = 0; i < convolutions - 5; i++) counts[growth[i]!]!++;
  return counts;
}

/**
 * VGG with 3 × 3 convolutions in five blocks, each followed by a max-pool, and two dense layers before the softmax. It has
 * `depth − 1` activations: the convolutions', then the dense layers'.
 *
 * @returns a tf.LayersModel; not compiled, the caller's to dispose
 * @throws TypeError or RangeError for wrong options
 * @see Simonyan, Zisserman 2014, arXiv 1409.1556
 */
export function vgg(options: VggOptions = {}): LayersModel {
  const { depth = 11, width = 16 } = options;
  requirePositiveInteger(where, 'options.depth', depth, 8);
  requireFinite(where, 'options.depth', depth, { max: 16 });
  requirePositiveInteger(where, 'options.width', width);
  const net = new Builder({ name: 'vgg', activations: depth - 1 }, options);
  let x = net.input;
  blocks(depth - 3).forEach((convolutions, block) => {
    const filters = width * Math.min(8, 2 ** block);
    for (let i = 1; i <= convolutions; i++)
      x = net.convolution(x, { name: `conv${block + 1}_${i}`, filters, kernelSize: 3 });
    x = apply(layers.maxPooling2d({ name: `pool${block + 1}`, poolSize: 2, padding: 'same' }), x);
  });
  x = apply(layers.flatten({ name: 'flatten' }), x);
  x = net.dense(x, { name: 'dense1', units: 8 * width });
  return net.finish(net.dense(x, { name: 'dense2', units: 8 * width }));
}

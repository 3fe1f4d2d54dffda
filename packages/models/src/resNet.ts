import { describe, invalidArgument } from '@relumine/core';
import { type LayersModel, layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { ModelOptions } from './options';
import { apply, Builder } from './parts/builder';

/** Options of `resNet`. */
export interface ResNetOptions extends ModelOptions {
  /** Layers with weights, 6n + 2: 8, 14, 20 (unless given), 26, 32, … */
  depth?: number;
  /** Channels of the first stage; the next have 2 and 4 times as many. 16 unless given. */
  width?: number;
}

/**
 * A residual network in the style of CIFAR: a convolution, three stages of blocks of two 3 × 3 convolutions, global
 * average pooling, softmax. Where a stage halves the image and doubles the channels, a 1 × 1 convolution projects the
 * shortcut. It has `depth − 1` activations, one after each convolution but the projections; batch normalisation is the
 * default.
 *
 * @returns a tf.LayersModel; not compiled, the caller's to dispose
 * @throws TypeError or RangeError for wrong options
 * @see He, Zhang, Ren, Sun 2015, arXiv 1512.03385, section 4.2
 */
export function resNet(options: ResNetOptions = {}): LayersModel {
  const { depth = 20, width = 16 } = options;
  const perStage = (depth - 2) / 6;
  if (!Number.isSafeInteger(perStage) || perStage < 1)
    throw invalidArgument({
      where: 'models/resNet',
      argument: 'options.depth',
      rule: 'must be 6n + 2: 8, 14, 20, 26, 32, …',
      received: describe(depth),
    });
  const net = new Builder({ name: 'resNet', activations: depth - 1 }, { normalization: 'batch', ...options });
  net.requireWidth(width);
  let x = net.convolution(net.input, { name: 'conv1', filters: width, kernelSize: 3 });
  for (let stage = 0; stage < 3; stage++)
    for (let block = 1; block <= perStage; block++) {
      const strides = stage > 0 && block === 1 ? 2 : 1;
      x = residual(net, x, { name: `stage${stage + 1}_block${block}`, filters: width * 2 ** stage, strides });
    }
  return net.finish(apply(layers.globalAveragePooling2d({ name: 'pool', dataFormat: 'channelsLast' }), x));
}

interface Block {
  name: string;
  filters: number;
  strides: number;
}

/** Two convolutions beside a shortcut; the second activation comes after the sum. */
function residual(net: Builder, x: SymbolicTensor, { name, filters, strides }: Block): SymbolicTensor {
  const first = net.convolution(x, { name: `${name}_conv1`, filters, kernelSize: 3, strides });
  const second = net.convolve(first, { name: `${name}_conv2`, filters, kernelSize: 3 });
  const shortcut = strides === 1 ? x : net.convolve(x, { name: `${name}_shortcut`, filters, kernelSize: 1, strides });
  return net.activate(apply(layers.add({ name: `${name}_add` }), [second, shortcut]), name);
}

import { requireOneOf, requirePositiveInteger } from '@relumine/core';
import { type LayersModel, layers } from '@tensorflow/tfjs-layers';
import type { ModelOptions } from './options';
import { apply, Builder } from './parts/builder';

/** Options of `deepNarrow`. */
export interface DeepNarrowOptions extends ModelOptions {
  /** `dense` (the default) or `conv` (3 × 3, size kept). */
  kind?: 'dense' | 'conv';
  /** Hidden layers; 10 unless given. */
  depth?: number;
  /** Units or channels of each; 8 unless given. */
  width?: number;
}

const where = 'models/deepNarrow';

/**
 * Many layers of few units: the network that dies. With ReLU and no bias, it is dead before training with a probability
 * that `bornDeadProbability` bounds. It has `depth` activations.
 *
 * @returns a tf.LayersModel; not compiled, the caller's to dispose
 * @throws TypeError or RangeError for wrong options
 * @see Lu, Shin, Su, Karniadakis 2019, arXiv 1903.06733
 */
export function deepNarrow(options: DeepNarrowOptions = {}): LayersModel {
  const { kind = 'dense', depth = 10, width = 8 } = options;
  requireOneOf(where, 'options.kind', kind, ['dense', 'conv'] as const);
  requirePositiveInteger(where, 'options.depth', depth);
  requirePositiveInteger(where, 'options.width', width);
  const net = new Builder({ name: 'deepNarrow', activations: depth }, options);
  const flatten = layers.flatten({ name: 'flatten' });
  let x = kind === 'dense' ? apply(flatten, net.input) : net.input;
  for (let i = 1; i <= depth; i++)
    x =
      kind === 'dense'
        ? net.dense(x, { name: `dense${i}`, units: width })
        : net.convolution(x, { name: `conv${i}`, filters: width, kernelSize: 3 });
  return net.finish(kind === 'dense' ? x : apply(flatten, x));
}

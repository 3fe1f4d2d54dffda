import { requirePositiveInteger } from '@relumine/core';
import { initializers, type LayersModel, layers } from '@tensorflow/tfjs-layers';
import type { ModelOptions } from './options';
import { apply, Builder } from './parts/builder';

/** Options of `textCnn`. */
export interface TextCnnOptions extends ModelOptions {
  /** Words of the vocabulary, numbered from 0; 1000 unless given. */
  vocabulary?: number;
  /** Numbers that stand for a word; 32 unless given. */
  embedding?: number;
  /** Filters of each width; 64 unless given. */
  filters?: number;
}

const where = 'models/textCnn';

/**
 * A CNN for texts: embedding, convolutions over 3, 4 and 5 words side by side, their maxima over the text, softmax. Its
 * input is int32 or float32[batch, length], numbers of words; `inputShape` is [length], [64] unless given. It has three
 * activations.
 *
 * @returns a tf.LayersModel; not compiled, the caller's to dispose
 * @throws TypeError or RangeError for wrong options
 * @see Kim 2014, arXiv 1408.5882
 */
export function textCnn(options: TextCnnOptions = {}): LayersModel {
  const { vocabulary = 1000, embedding = 32, filters = 64 } = options;
  for (const [name, value] of Object.entries({ vocabulary, embedding, filters }))
    requirePositiveInteger(where, `options.${name}`, value);
  const net = new Builder({ name: 'textCnn', activations: 3, inputShape: [64], rank: 1 }, options);
  const embeddingsInitializer = initializers.randomUniform({
    minval: -0.25,
    maxval: 0.25,
    seed: net.seedOf('embedding'),
  });
  const words = layers.embedding({
    name: 'embedding',
    inputDim: vocabulary,
    outputDim: embedding,
    embeddingsInitializer,
  });
  const sequence = apply(words, net.input);
  const maxima = [3, 4, 5].map((width) => {
    const x = net.convolution1d(sequence, { name: `conv${width}`, filters, kernelSize: width });
    return apply(layers.globalMaxPooling1d({ name: `max${width}` }), x);
  });
  return net.finish(apply(layers.concatenate({ name: 'concatenate' }), maxima));
}

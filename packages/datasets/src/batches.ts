import { createRandom, describe, invalidArgument, requirePositiveInteger } from '@relumine/core';
import { type Tensor2D, type Tensor4D, tensor2d, tensor4d } from '@tensorflow/tfjs-core';
import type { ImageDataset } from './imageDataset';

/** One batch; both tensors are the consumer's to dispose. */
export interface ImageBatch {
  /** float32[batch, height, width, channels], in [0, 1]. */
  xs: Tensor4D;
  /** float32[batch, classes], one-hot. */
  ys: Tensor2D;
}

/** Options of `batches`. */
export interface BatchOptions {
  /** Images per batch; 32 unless given. The last batch holds what is left. */
  batchSize?: number;
  /** Decides the order; without one, the order of the data set. */
  seed?: number | string | undefined;
  /** The number of the first pass, from 0 (unless given): training that goes on after pass 3 has the orders it would have had. */
  firstPass?: number | undefined;
}

/**
 * Batches that can be gone through again and again. With a seed, every pass has its own order: the first pass of equal
 * seeds is the same, so is the second, and so on.
 */
export interface Batches extends Iterable<ImageBatch> {
  /** Batches per pass. */
  readonly size: number;
  /** The same as an iterator of tf.data, so that `model.fitDataset` takes it. */
  iterator(): Promise<{ next(): Promise<IteratorResult<ImageBatch, undefined>> }>;
}

const where = 'datasets/batches';

/** The images at `order` as one batch. */
function batchOf(dataset: ImageDataset, order: ArrayLike<number>): ImageBatch {
  const [height, width, channels] = dataset.shape;
  const size = height * width * channels;
  const values = new Float32Array(order.length * size);
  const hot = new Float32Array(order.length * dataset.classes);
  for (let i = 0; i < order.length; i++) {
    const from = order[i]! * size;
    for (let j = 0; j < size; j++) values[i * size + j] = dataset.images[from + j]! / 255;
    hot[i * dataset.classes + dataset.labels[order[i]!]!] = 1;
  }
  return {
    xs: tensor4d(values, [order.length, height, width, channels]),
    ys: tensor2d(hot, [order.length, dataset.classes]),
  };
}

/**
 * The data set in batches, for `model.fitDataset`, `trainOnBatch` in a loop, and `auditModel`. Tensors are made when a
 * batch is asked for, and are the consumer's.
 *
 * @throws TypeError or RangeError for a wrong batch size or seed and for a data set without images
 *
 * @example
 * for (const { xs, ys } of batches(digits, { batchSize: 64, seed: 1 })) {
 *   await model.trainOnBatch(xs, ys);
 *   tf.dispose([xs, ys]);
 * }
 */
export function batches(dataset: ImageDataset, options: BatchOptions = {}): Batches {
  const { batchSize = 32, seed, firstPass = 0 } = options;
  requirePositiveInteger(where, 'options.batchSize', batchSize);
  requirePositiveInteger(where, 'options.firstPass', firstPass, 0);
  if (!(dataset?.length > 0))
    throw invalidArgument({
      where,
      argument: 'dataset',
      rule: 'must hold one image at least',
      received: describe(dataset?.length === 0 ? 'no image' : dataset),
    });
  const random = seed === undefined ? undefined : createRandom(seed);
  const inOrder = Uint32Array.from({ length: dataset.length }, (_, i) => i);
  let passes = firstPass;

  function* pass(): Generator<ImageBatch, undefined> {
    const order = random ? random.fork(passes++).permutation(dataset.length) : inOrder;
    for (let start = 0; start < order.length; start += batchSize)
      yield batchOf(dataset, order.subarray(start, start + batchSize));
    return undefined;
  }

  return {
    size: Math.ceil(dataset.length / batchSize),
    [Symbol.iterator]: pass,
    async iterator() {
      const generator = pass();
      return { next: async () => generator.next() };
    },
  };
}

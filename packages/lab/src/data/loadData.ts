import { pathToFileURL } from 'node:url';
import { describe, invalidArgument } from '@relumine/core';
import { fashionMnist, type ImageDataset, mnist } from '@relumine/datasets';
import { arrayFiles, imageFolder } from '@relumine/datasets/files';
import { type DatasetChoice, type DatasetSpec, datasetOf } from '../plan/dataset';
import { insideRoot } from './insideRoot';

/** The images of a run. */
export interface CompareData {
  train: ImageDataset;
  test: ImageDataset;
}

/** How much of a data set is loaded. */
export interface LoadOptions {
  trainSize: number;
  testSize: number;
  /** Where relative paths begin; nothing outside it is read. The working directory unless given. */
  root?: string | undefined;
  /** Called for each file that is left out of an image folder. */
  onSkip?: ((file: string, reason: string) => void) | undefined;
}

type Split = 'train' | 'test';
type Loader = (split: Split, limit: number) => Promise<ImageDataset>;

const where = 'lab/loadData';

/** @throws TypeError where a user's module gives no data set */
function requireImages(file: string, value: unknown): asserts value is ImageDataset {
  const { length, shape, images, labels, classes } = (value ?? {}) as Partial<ImageDataset>;
  const size = Array.isArray(shape) && shape.length === 3 ? shape.reduce((a, b) => a * b, 1) : Number.NaN;
  const isWhole =
    typeof length === 'number' &&
    length > 0 &&
    images instanceof Uint8Array &&
    images.length === length * size &&
    labels instanceof Uint8Array &&
    labels.length === length &&
    typeof classes === 'number' &&
    labels.every((label) => label < classes);
  if (isWhole) return;
  throw invalidArgument({
    where,
    argument: 'dataset.path',
    rule: 'must be a module whose default export gives { name, length, shape: [height, width, channels], images: Uint8Array, labels: Uint8Array, classes, classNames }',
    received: `${JSON.stringify(file)}, which gave ${describe(value)}`,
    type: TypeError,
  });
}

async function moduleLoader(file: string, path: string): Promise<Loader> {
  const module = (await import(pathToFileURL(file).href)) as { default?: unknown };
  const load = module.default;
  if (typeof load !== 'function')
    throw invalidArgument({
      where,
      argument: 'dataset.path',
      rule: 'must be a module with a default export, a function of { split, limit }',
      received: JSON.stringify(path),
    });
  return async (split, limit) => {
    const images: unknown = await load({ split, limit });
    requireImages(path, images);
    return images;
  };
}

/** MNIST and its like have fixed sizes: to ask for more is a mistake there. */
async function loaderOf(spec: DatasetSpec, options: LoadOptions): Promise<Loader> {
  if (spec.kind === 'mnist') return (split, limit) => mnist({ split, limit });
  const path = await insideRoot(where, 'dataset.path', options.root ?? process.cwd(), spec.path);
  switch (spec.kind) {
    case 'fashionMnist':
      return (split, limit) => fashionMnist({ split, limit, path });
    case 'imageFolder': {
      const { kind: _, ...folder } = spec;
      return (split, limit) => imageFolder({ ...folder, path, split, limit, onSkip: options.onSkip });
    }
    case 'arrays': {
      const { classNames } = spec;
      for (const file of [spec.images, spec.labels, spec.testImages, spec.testLabels])
        if (/(^|[\\/])\.\.([\\/]|$)/.test(file) || file.startsWith('/'))
          throw invalidArgument({
            where,
            argument: 'dataset',
            rule: 'must name files of its folder',
            received: JSON.stringify(file),
          });
      return (split, limit) =>
        arrayFiles({
          path,
          limit,
          classNames,
          images: split === 'train' ? spec.images : spec.testImages,
          labels: split === 'train' ? spec.labels : spec.testLabels,
        });
    }
    case 'module':
      return moduleLoader(path, spec.path);
  }
}

/** The first `limit` images. */
export function firstImages(images: ImageDataset, limit: number): ImageDataset {
  const length = Math.min(limit, images.length);
  const size = images.images.length / images.length;
  return {
    ...images,
    length,
    images: images.images.subarray(0, length * size),
    labels: images.labels.subarray(0, length),
  };
}

/**
 * The training and test images of a plan, at most as many as it asks for.
 *
 * @throws TypeError or RangeError for files that are missing, corrupt, or outside the data folder, and for parts that don't
 *   go together
 */
export async function loadData(choice: DatasetChoice, options: LoadOptions): Promise<CompareData> {
  const { trainSize, testSize } = options;
  const load = await loaderOf(datasetOf(choice), options);
  const [training, testing] = [load('train', trainSize), load('test', testSize)];
  // Where both fail, it is the training part that is told of, whichever was sooner.
  testing.catch(() => undefined);
  const [train, test] = [await training, await testing];
  if (String(train.shape) !== String(test.shape) || train.classes !== test.classes)
    throw invalidArgument({
      where,
      argument: 'dataset',
      rule: 'must have training and test images of one size and the same classes',
      received: `[${train.shape.join(', ')}] of ${train.classes} classes, against [${test.shape.join(', ')}] of ${test.classes}`,
    });
  return { train: firstImages(train, trainSize), test: firstImages(test, testSize) };
}

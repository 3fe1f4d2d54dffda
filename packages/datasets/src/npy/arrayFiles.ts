import { describe, invalidArgument } from '@relumine/core';
import { readDataFile } from '../files/readFiles';
import { readIdx } from '../idx/readIdx';
import type { ImageDataset } from '../imageDataset';
import { readNpy } from './readNpy';

interface ArrayFile {
  dtype: string;
  shape: readonly number[];
  data: ArrayLike<number>;
}

export interface ArrayFilesOptions {
  /** The folder (or address) that holds both files. */
  path: string;
  /** IDX or .npy, [count, height, width] or [count, height, width, channels]: bytes, or floats from 0 to 1. */
  images: string;
  /** IDX or .npy, [count]: whole numbers from 0. */
  labels: string;
  /** The first `limit` images, or all where there are fewer. */
  limit?: number | undefined;
  classNames?: readonly string[] | undefined;
}

const where = 'datasets/arrayFiles';

const refuse = (argument: string, rule: string, received: string): Error =>
  invalidArgument({ where, argument, rule, received });

async function read(folder: string, file: string): Promise<ArrayFile> {
  const bytes = await readDataFile(where, folder, file);
  return bytes[0] === 0x93 ? readNpy(bytes) : readIdx(bytes);
}

const shapeOf = ({ dtype, shape }: ArrayFile): string => `${dtype}[${shape.join(', ')}]`;

/** Bytes as they are; floats from 0 to 1 as the nearest byte. */
function toBytes(file: string, array: ArrayFile): Uint8Array {
  const { dtype, data } = array;
  if (data instanceof Uint8Array) return data;
  const isFloat = ['f4', 'f8', 'float32', 'float64'].includes(dtype);
  if (!isFloat) throw refuse('images', `must hold bytes, or floats from 0 to 1 (${file})`, dtype);
  return Uint8Array.from(data, (value, i) => {
    if (value >= 0 && value <= 1) return Math.round(value * 255);
    throw refuse('images', `must hold floats from 0 to 1 (${file})`, `${value} at index ${i}`);
  });
}

/**
 * A data set from two files, each IDX (plain or gzipped) or .npy: images and labels. Float images are kept as the nearest
 * of 256 levels.
 *
 * @throws TypeError or RangeError for missing, truncated or corrupt files, other axes, unequal counts, and labels that are
 *   no class
 */
export async function arrayFiles(options: ArrayFilesOptions): Promise<ImageDataset> {
  const { path, limit } = options;
  const [images, labels] = await Promise.all([read(path, options.images), read(path, options.labels)]);
  const [count = 0, height = 0, width = 0, channels = 1] = images.shape;
  if ((images.shape.length !== 3 && images.shape.length !== 4) || images.data.length === 0)
    throw refuse('images', 'must be [count, height, width] or [count, height, width, channels]', shapeOf(images));
  if (labels.shape.length !== 1 || labels.shape[0] !== count)
    throw refuse('labels', `must be [${count}], one for each image`, shapeOf(labels));
  const classes =
    options.classNames?.length ?? Array.from(labels.data).reduce((most, label) => Math.max(most, label), 1) + 1;
  const stray = Array.from(labels.data).findIndex(
    (label) => !(Number.isInteger(label) && label >= 0 && label < classes && label < 256),
  );
  if (stray >= 0)
    throw refuse(
      'labels',
      `must be whole numbers from 0 to ${Math.min(classes, 256) - 1}`,
      `${describe(labels.data[stray])} at index ${stray}`,
    );
  const length = Math.min(count, limit ?? count);
  return {
    name: options.images,
    length,
    shape: [height, width, channels],
    images: toBytes(options.images, images).subarray(0, length * height * width * channels),
    labels: Uint8Array.from(labels.data).subarray(0, length),
    classes,
    classNames: options.classNames ?? Array.from({ length: classes }, (_, i) => String(i)),
  };
}

import { invalidArgument, requirePositiveInteger } from '@relumine/core';
import { readIdx } from './idx/readIdx';

/** Images with labels, in memory, as bytes: plain arrays, no tensors. */
export interface ImageDataset {
  readonly name: string;
  /** Number of images. */
  readonly length: number;
  /** height, width, channels */
  readonly shape: readonly [number, number, number];
  /** uint8[length, height, width, channels], row-major; 0 to 255. */
  readonly images: Uint8Array;
  /** uint8[length], each below `classes`. */
  readonly labels: Uint8Array;
  readonly classes: number;
  readonly classNames: readonly string[];
}

/** What {@link idxDataset} needs. */
export interface IdxDatasetParts {
  name: string;
  /** The bytes of the image file: uint8[count, height, width] or uint8[count, height, width, channels]. */
  images: Uint8Array;
  /** The bytes of the label file: uint8[count]. */
  labels: Uint8Array;
  classNames: readonly string[];
  /** Keeps the first `limit` images; all unless given. */
  limit?: number | undefined;
}

const where = 'datasets/idxDataset';

/**
 * A data set from the bytes of two IDX files.
 *
 * @throws RangeError for a truncated or corrupt file, other axes or types, unequal counts, a label without a class name,
 *   and a limit beyond the number of images
 */
export function idxDataset(parts: IdxDatasetParts): ImageDataset {
  const { name, classNames, limit } = parts;
  const images = readIdx(parts.images);
  const labels = readIdx(parts.labels);
  const [count = 0, height = 0, width = 0, channels = 1] = images.shape;
  const imagesFit = images.dtype === 'uint8' && (images.shape.length === 3 || images.shape.length === 4);
  if (!imagesFit || images.data.length === 0)
    throw invalidArgument({
      where,
      argument: 'images',
      rule: 'must be uint8[count, height, width] with one image at least',
      received: `${images.dtype}[${images.shape.join(', ')}]`,
    });
  if (labels.dtype !== 'uint8' || labels.shape.length !== 1 || labels.shape[0] !== count)
    throw invalidArgument({
      where,
      argument: 'labels',
      rule: `must be uint8[${count}], one label for each image`,
      received: `${labels.dtype}[${labels.shape.join(', ')}]`,
    });
  const stray = (labels.data as Uint8Array).findIndex((label) => label >= classNames.length);
  if (stray >= 0)
    throw invalidArgument({
      where,
      argument: 'labels',
      rule: `must be below ${classNames.length}, the number of classes`,
      received: `${labels.data[stray]} at index ${stray}`,
    });
  const length = limit === undefined ? count : requireLimit(limit, count);
  return {
    name,
    length,
    shape: [height, width, channels],
    images: (images.data as Uint8Array).subarray(0, length * height * width * channels),
    labels: (labels.data as Uint8Array).subarray(0, length),
    classes: classNames.length,
    classNames,
  };
}

function requireLimit(limit: unknown, count: number): number {
  requirePositiveInteger(where, 'limit', limit);
  if (limit <= count) return limit;
  throw invalidArgument({ where, argument: 'limit', rule: `must be at most ${count}`, received: String(limit) });
}

import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { describe, invalidArgument, requireFinite, requireOneOf, requirePositiveInteger } from '@relumine/core';
import type { ImageDataset } from '../imageDataset';
import { decodeImage, type RgbaImage } from './decodeImage';
import { type LabelledFile, listImages } from './listImages';
import { resample } from './resample';

/** Options of `imageFolder`. */
export interface ImageFolderOptions {
  /** A folder with a sub-folder of PNG or JPEG files for each class, or with `train` and `test`, each of that kind. */
  path: string;
  split?: 'train' | 'test' | undefined;
  /** At most so many images. */
  limit?: number | undefined;
  /** [height, width] that all are brought to; unless given, they must be of one size. */
  size?: readonly [number, number] | undefined;
  /** 1 for grey, 3 (the default) for colour. */
  channels?: 1 | 3 | undefined;
  /** The share of each class that is the test part, where there are no folders `train` and `test`; 0.2 unless given. */
  testFraction?: number | undefined;
  /** Draws the test part and the order; 1 unless given. */
  seed?: number | string | undefined;
  /** What happens to a file that is no whole image: an error (the default), or it is left out and named. */
  onCorrupt?: 'error' | 'skip' | undefined;
  /** Called for each file that is left out. */
  onSkip?: ((file: string, reason: string) => void) | undefined;
}

const where = 'datasets/imageFolder';

function check(options: ImageFolderOptions): void {
  const { path, split = 'train', limit, size, channels = 3, testFraction = 0.2, onCorrupt = 'error' } = options;
  if (typeof path !== 'string')
    throw invalidArgument({
      where,
      argument: 'path',
      rule: 'must be a folder',
      received: describe(path),
      type: TypeError,
    });
  requireOneOf(where, 'split', split, ['train', 'test']);
  requireOneOf(where, 'onCorrupt', onCorrupt, ['error', 'skip']);
  if (limit !== undefined) requirePositiveInteger(where, 'limit', limit);
  requireFinite(where, 'testFraction', testFraction, { min: 0, max: 1 });
  if (channels !== 1 && channels !== 3)
    throw invalidArgument({ where, argument: 'channels', rule: 'must be 1 or 3', received: describe(channels) });
  if (size === undefined) return;
  if (!Array.isArray(size) || size.length !== 2)
    throw invalidArgument({ where, argument: 'size', rule: 'must be [height, width]', received: describe(size) });
  for (const length of size) requirePositiveInteger(where, 'size', length);
}

async function decode({ file }: LabelledFile): Promise<RgbaImage> {
  return decodeImage(await readFile(file));
}

/**
 * A data set from a folder of pictures, a sub-folder for each class; class names are the folders', in alphabetical order.
 * Pictures are decoded to the same bytes on every machine, transparent pixels over black.
 *
 * @throws TypeError or RangeError for wrong options, a folder without images or with links that lead out of it, images of
 *   several sizes where no size is given, and (unless they are to be skipped) files that are no whole image, by name
 *
 * @example
 * const photos = await imageFolder({ path: 'photos', split: 'train', size: [32, 32] });
 */
export async function imageFolder(options: ImageFolderOptions): Promise<ImageDataset> {
  check(options);
  const { path, split = 'train', channels = 3, testFraction = 0.2, seed = 1, onCorrupt = 'error', onSkip } = options;
  const { classNames, files } = await listImages({ path, split, testFraction, seed });
  const most = Math.min(files.length, options.limit ?? files.length);
  let { size } = options;
  const kept: { pixels: Uint8Array; label: number }[] = [];
  for (const entry of files) {
    if (kept.length === most) break;
    const name = relative(path, entry.file);
    let image: RgbaImage;
    try {
      image = await decode(entry);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      if (onCorrupt === 'error')
        throw invalidArgument({
          where,
          argument: 'path',
          rule: 'must hold whole images',
          received: `${name}: ${reason}`,
          wayOut: "Mend or remove it, or leave such files out with onCorrupt: 'skip'.",
          cause,
        });
      onSkip?.(name, reason);
      continue;
    }
    size ??= [image.height, image.width];
    if (options.size === undefined && (image.height !== size[0] || image.width !== size[1]))
      throw invalidArgument({
        where,
        argument: 'path',
        rule: `must hold images of one size, here ${size[0]} × ${size[1]}`,
        received: `${name} of ${image.height} × ${image.width}`,
        wayOut: 'Give a size, such as size: [32, 32].',
      });
    kept.push({ pixels: resample(image, size[0], size[1], channels), label: entry.label });
  }
  if (kept.length === 0 || size === undefined)
    throw invalidArgument({
      where,
      argument: 'path',
      rule: 'must hold one whole image at least',
      received: describe(path),
    });
  const pixels = size[0] * size[1] * channels;
  const images = new Uint8Array(kept.length * pixels);
  kept.forEach((one, i) => {
    images.set(one.pixels, i * pixels);
  });
  return {
    name: `imageFolder/${split}`,
    length: kept.length,
    shape: [size[0], size[1], channels],
    images,
    labels: Uint8Array.from(kept, ({ label }) => label),
    classes: classNames.length,
    classNames,
  };
}

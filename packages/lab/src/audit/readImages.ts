import { readFile, stat } from 'node:fs/promises';
import { invalidArgument } from '@relumine/core';
import { mnist, readIdx } from '@relumine/datasets';
import { imageFolder, readNpy } from '@relumine/datasets/files';

/** Images as the model gets them: float32[count, height, width, channels], bytes divided by 255. */
export interface Images {
  shape: [number, number, number, number];
  values: Float32Array;
}

const fromBytes = ({ images, length, shape }: Awaited<ReturnType<typeof mnist>>): Images => ({
  shape: [length, ...shape],
  values: Float32Array.from(images, (byte) => byte / 255),
});

/** How images are read. */
export interface ReadImagesOptions {
  /** The first so many; all unless given. */
  limit?: number | undefined;
  /** The model's input [height, width, channels], null where any will do: pictures are brought to that size. */
  expected?: readonly (number | null)[];
  /** What happens to a picture that is none: an error (the default), or it is left out and named. */
  onCorrupt?: 'error' | 'skip' | undefined;
  /** Called for each picture that is left out. */
  onSkip?: ((file: string, reason: string) => void) | undefined;
}

function fromFolder(path: string, options: ReadImagesOptions): ReturnType<typeof mnist> {
  const { limit, expected = [], onCorrupt, onSkip } = options;
  const [height, width, channels] = expected;
  return imageFolder({
    ...{ path, limit, testFraction: 0, split: 'train', onCorrupt, onSkip },
    ...(height && width ? { size: [height, width] as const } : {}),
    channels: channels === 1 ? 1 : 3,
  });
}

/**
 * Images from `mnist` (its test part), from an IDX or .npy file of bytes or float32, or from a folder with a sub-folder of
 * PNG or JPEG files for each class.
 *
 * @param where who asks, for messages
 * @throws RangeError where the file is missing, truncated, or holds no images
 *
 * @example
 * const { shape, values } = await readImages('my/program', 'mnist', { limit: 100 });
 */
export async function readImages(where: string, source: string, options: ReadImagesOptions = {}): Promise<Images> {
  const { limit } = options;
  if (source === 'mnist') return fromBytes(await mnist({ split: 'test', limit }));
  const refuse = (rule: string, cause?: unknown): Error =>
    invalidArgument({ where, argument: '--data', rule, received: JSON.stringify(source), cause });
  const isFolder = await stat(source).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (isFolder) return fromBytes(await fromFolder(source, options));
  const bytes = await readFile(source).catch((cause: unknown) => {
    throw refuse("must be 'mnist', an IDX or .npy file that can be read, or a folder of pictures", cause);
  });
  const { dtype, shape, data } = bytes[0] === 0x93 ? readNpy(bytes) : readIdx(bytes);
  const [count = 0, height = 0, width = 0, channels = 1] = shape;
  const isBytes = dtype === 'uint8' || dtype === 'u1';
  if (
    (shape.length !== 3 && shape.length !== 4) ||
    data.length === 0 ||
    !(isBytes || dtype === 'float32' || dtype === 'f4')
  )
    throw refuse(`must hold uint8 or float32 images [count, height, width], not ${dtype}[${shape.join(', ')}]`);
  const kept = Math.min(count, limit ?? count);
  const values = Float32Array.from(data.subarray(0, kept * height * width * channels), (value) =>
    isBytes ? value / 255 : value,
  );
  return { shape: [kept, height, width, channels], values };
}

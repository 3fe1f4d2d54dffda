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

/** Pictures are brought to the size that the model takes. */
function fromFolder(
  path: string,
  limit: number | undefined,
  expected: readonly (number | null)[],
): ReturnType<typeof mnist> {
  const [height, width, channels] = expected;
  return imageFolder({
    ...{ path, limit, testFraction: 0, split: 'train' },
    ...(height && width ? { size: [height, width] as const } : {}),
    channels: channels === 1 ? 1 : 3,
  });
}

/**
 * Images from `mnist` (its test part), from an IDX or .npy file of bytes or float32, or from a folder with a sub-folder of
 * PNG or JPEG files for each class.
 *
 * @param expected the model's input [height, width, channels], null where any will do
 * @throws RangeError where the file is missing, truncated, or holds no images
 */
export async function readImages(
  where: string,
  source: string,
  limit: number | undefined,
  expected: readonly (number | null)[] = [],
): Promise<Images> {
  if (source === 'mnist') return fromBytes(await mnist({ split: 'test', limit }));
  const refuse = (rule: string, cause?: unknown): Error =>
    invalidArgument({ where, argument: '--data', rule, received: JSON.stringify(source), cause });
  const isFolder = await stat(source).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (isFolder) return fromBytes(await fromFolder(source, limit, expected));
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

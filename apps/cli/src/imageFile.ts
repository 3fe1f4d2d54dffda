import { readFile } from 'node:fs/promises';
import { invalidArgument } from '@relumine/core';
import { mnist, readIdx } from '@relumine/datasets';

/** Images as the model gets them: float32[count, height, width, channels], bytes divided by 255. */
export interface Images {
  shape: [number, number, number, number];
  values: Float32Array;
}

/**
 * Images from `mnist` (its test part) or from an IDX file of bytes or float32.
 *
 * @throws RangeError where the file is missing, truncated, or holds no images
 */
export async function readImages(where: string, source: string, limit: number | undefined): Promise<Images> {
  if (source === 'mnist') {
    const { images, length, shape } = await mnist({ split: 'test', limit });
    return { shape: [length, ...shape], values: Float32Array.from(images, (byte) => byte / 255) };
  }
  const refuse = (rule: string, cause?: unknown): Error =>
    invalidArgument({ where, argument: '--data', rule, received: JSON.stringify(source), cause });
  const bytes = await readFile(source).catch((cause: unknown) => {
    throw refuse("must be 'mnist' or an IDX file that can be read", cause);
  });
  const { dtype, shape, data } = readIdx(bytes);
  const [count = 0, height = 0, width = 0, channels = 1] = shape;
  if ((shape.length !== 3 && shape.length !== 4) || data.length === 0 || (dtype !== 'uint8' && dtype !== 'float32'))
    throw refuse(`must hold uint8 or float32 images [count, height, width], not ${dtype}[${shape.join(', ')}]`);
  const kept = Math.min(count, limit ?? count);
  const values = Float32Array.from(data.subarray(0, kept * height * width * channels), (value) =>
    dtype === 'uint8' ? value / 255 : value,
  );
  return { shape: [kept, height, width, channels], values };
}

import { readIdx } from '@relumine/datasets';
import type { Dropped } from './dropped';
import { imageSize } from './imageSize';
import type { ImageInput } from './inputShape';
import { limits } from './limits';
import { problem, shown } from './problem';
import type { SortedFiles } from './sortFiles';

/** Images to audit with, read one batch at a time. */
export interface ImageSource {
  /** How many there are, at most `limit`. */
  count: number;
  /** Size of the first, for models that leave theirs open. */
  width: number;
  height: number;
  /** Images `from` to `to` as numbers of the model's input, row-major, channels last. */
  read(from: number, to: number, input: ImageInput, table: Float32Array): Promise<Float32Array>;
}

const headerBytes = 524_288;
/** An open height or width is taken from the first image, up to this. */
const largestOpenSide = 512;

/** The images of the files: pictures, or else an IDX file. @throws AuditProblem where there is none that can be read */
export async function findImages(files: SortedFiles, limit: number): Promise<ImageSource> {
  if (files.images.length > 0) return pictures(files.images.slice(0, limit));
  const idx = files.idx.find(({ path }) => !/labels/i.test(path));
  if (idx) return idxImages(idx, limit);
  throw problem('noImages', {});
}

async function pictures(images: Dropped[]): Promise<ImageSource> {
  const first = await checkedSize(images[0]!);
  return {
    count: images.length,
    width: Math.min(first.width, largestOpenSide),
    height: Math.min(first.height, largestOpenSide),
    async read(from, to, input, table) {
      const size = input.height * input.width * input.channels;
      const values = new Float32Array((to - from) * size);
      for (let i = from; i < to; i++) await decode(images[i]!, input, table, values.subarray((i - from) * size));
      return values;
    },
  };
}

async function checkedSize({ path, file }: Dropped): Promise<{ width: number; height: number }> {
  const name = shown(path);
  if (file.size > limits.imageBytes)
    throw problem('imageFileTooLarge', { name, bytes: file.size, limit: limits.imageBytes });
  const size = imageSize(new Uint8Array(await file.slice(0, headerBytes).arrayBuffer()));
  if (!size || size.width === 0 || size.height === 0) throw problem('imageUnreadable', { name });
  if (size.width * size.height > limits.imagePixels)
    throw problem('imageTooLarge', { name, ...size, limit: limits.imagePixels });
  return size;
}

/** Draws a picture in the input's size and writes its numbers; grey is luma as in Rec. 601. */
async function decode(image: Dropped, input: ImageInput, table: Float32Array, into: Float32Array): Promise<void> {
  await checkedSize(image);
  const { width, height, channels } = input;
  const bitmap = await createImageBitmap(image.file).catch((cause: unknown) => {
    throw problem('imageUnreadable', { name: shown(image.path) }, cause);
  });
  try {
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!;
    context.imageSmoothingQuality = 'high';
    context.drawImage(bitmap, 0, 0, width, height);
    const { data } = context.getImageData(0, 0, width, height);
    for (let i = 0, o = 0; i < data.length; i += 4) {
      const [r, g, b] = [data[i]!, data[i + 1]!, data[i + 2]!];
      if (channels === 1) into[o++] = table[Math.round(0.299 * r + 0.587 * g + 0.114 * b)]!;
      else for (let c = 0; c < channels; c++) into[o++] = table[data[i + c]!]!;
    }
  } finally {
    bitmap.close();
  }
}

async function idxImages({ path, file }: Dropped, limit: number): Promise<ImageSource> {
  const name = shown(path);
  const fail = (detail: string, cause?: unknown): Error => problem('idxUnreadable', { name, detail }, cause);
  const bytes = await unpacked(file, fail);
  let idx: ReturnType<typeof readIdx>;
  try {
    idx = readIdx(bytes);
  } catch (cause) {
    throw fail(shown((cause as Error).message), cause);
  }
  const { shape, data, dtype } = idx;
  const [count = 0, height = 0, width = 0, channels = 1] = shape;
  if (dtype !== 'uint8' || (shape.length !== 3 && shape.length !== 4) || count === 0)
    throw fail(`${dtype}[${shape.join(', ')}]`);
  return {
    count: Math.min(count, limit),
    width,
    height,
    async read(from, to, input, table) {
      if (input.height !== height || input.width !== width || input.channels !== channels)
        throw problem('idxShape', {
          name,
          expected: `${input.height} × ${input.width} × ${input.channels}`,
          received: `${height} × ${width} × ${channels}`,
        });
      const size = height * width * channels;
      return Float32Array.from(data.subarray(from * size, to * size), (byte) => table[byte]!);
    },
  };
}

/** The bytes of a file that may be gzipped; reading stops at the limit, since a few bytes may unpack to gigabytes. */
export async function unpacked(file: Blob, fail: (detail: string, cause?: unknown) => Error): Promise<Uint8Array> {
  const start = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  const gzipped = start[0] === 0x1f && start[1] === 0x8b;
  const tooLarge = (): Error => fail(`> ${limits.idxBytes / 2 ** 20} MB`);
  if (file.size > limits.idxBytes) throw tooLarge();
  if (!gzipped) return new Uint8Array(await file.arrayBuffer());
  const reader = file.stream().pipeThrough(new DecompressionStream('gzip')).getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { value, done } = await reader.read().catch((cause: unknown) => {
      throw fail('gzip', cause);
    });
    if (done) break;
    size += value.length;
    if (size > limits.idxBytes) {
      void reader.cancel();
      throw tooLarge();
    }
    parts.push(value);
  }
  return new Uint8Array(await new Blob(parts as Uint8Array<ArrayBuffer>[]).arrayBuffer());
}

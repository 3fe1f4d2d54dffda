import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import jpeg from 'jpeg-js';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { imageFolder } from '../files';

type Pixel = [number, number, number, number];

const rgba = (width: number, height: number, pixel: (x: number, y: number) => Pixel): Buffer =>
  Buffer.from(Array.from({ length: width * height }, (_, i) => pixel(i % width, Math.floor(i / width))).flat());
const png = (width: number, height: number, pixel: (x: number, y: number) => Pixel): Buffer => {
  const image = new PNG({ width, height });
  image.data = rgba(width, height, pixel);
  return PNG.sync.write(image);
};
const grey =
  (level: number): (() => Pixel) =>
  () => [level, level, level, 255];

let path = '';
const put = async (file: string, bytes: Uint8Array): Promise<void> => {
  await mkdir(join(path, file, '..'), { recursive: true });
  await writeFile(join(path, file), bytes);
};
beforeAll(async () => {
  path = await mkdtemp(join(tmpdir(), 'relumine-folder-'));
  for (let i = 0; i < 10; i++) {
    await put(`plain/cat/${i}.png`, png(4, 4, grey(i)));
    await put(`plain/dog/${i}.png`, png(4, 4, grey(100 + i)));
  }
  await put('plain/cat/notes.txt', Buffer.from('not a picture'));
  await put('plain/.git/x.png', png(1, 1, grey(0)));
  await put('split/train/a/1.png', png(2, 2, grey(10)));
  await put('split/train/b/1.JPG', jpeg.encode({ width: 2, height: 2, data: rgba(2, 2, grey(200)) }, 100).data);
  await put('split/test/b/1.png', png(2, 2, grey(30)));
  await put(
    'mixed/a/1.png',
    png(4, 2, (x, y) => [x * 60, y * 100, 7, 255]),
  );
  await put('mixed/b/1.png', png(2, 2, grey(50)));
  await put('broken/a/1.png', png(2, 2, grey(1)));
  await put('broken/a/2.png', png(8, 8, (x, y) => [x * 9, y * 9, 1, 255]).subarray(0, 70));
  await put('broken/b/3.jpg', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 1]));
  await put('broken/b/4.png', png(2, 2, grey(2)));
  await mkdir(join(path, 'bare/a'), { recursive: true });
  await mkdir(join(path, 'bare/b'), { recursive: true });
  await put('link/a/1.png', png(2, 2, grey(1)));
  await mkdir(join(path, 'link/b'));
  await symlink(join(path, 'plain/cat/1.png'), join(path, 'link/b/1.png'));
});
afterAll(() => rm(path, { recursive: true }));

const folder = (name: string, more: object = {}): ReturnType<typeof imageFolder> =>
  imageFolder({ path: join(path, name), ...more });

describe('imageFolder', () => {
  test('the parts are disjoint, together all, drawn per class by the seed', async () => {
    const [train, test] = await Promise.all([
      folder('plain', { channels: 1 }),
      folder('plain', { channels: 1, split: 'test' }),
    ]);
    expect(train).toMatchObject({
      name: 'imageFolder/train',
      length: 16,
      shape: [4, 4, 1],
      classNames: ['cat', 'dog'],
    });
    const levels = ({ images }: typeof train): number[] => [...images].filter((_, i) => i % 16 === 0);
    expect(levels(test).filter((level) => level < 100)).toHaveLength(2);
    expect([...levels(train), ...levels(test)].sort((a, b) => a - b)).toEqual(
      [0, 100].flatMap((from) => Array.from({ length: 10 }, (_, i) => from + i)),
    );
    expect([...train.labels]).toEqual(levels(train).map((level) => Number(level >= 100)));
    expect(levels(await folder('plain', { channels: 1 }))).toEqual(levels(train));
    expect(levels(await folder('plain', { channels: 1, seed: 2 }))).not.toEqual(levels(train));
    expect(levels(await folder('plain', { channels: 1, limit: 5 }))).toEqual(levels(train).slice(0, 5));
  });

  test('folders train and test are the parts; JPEG beside PNG; three channels unless told otherwise', async () => {
    const train = await folder('split');
    expect(train).toMatchObject({ length: 2, shape: [2, 2, 3], classNames: ['a', 'b'] });
    const firsts = [...train.labels].map((label, i) => [label, train.images[i * 12]]);
    expect(firsts.sort()).toEqual([
      [0, 10],
      [1, 200],
    ]);
    expect(await folder('split', { split: 'test' })).toMatchObject({ length: 1, labels: Uint8Array.of(1) });
  });

  test('a size averages what it shrinks, and leaves an image of that size as it is', async () => {
    const whole = await folder('mixed', { size: [2, 4], testFraction: 0 });
    const at = whole.labels.indexOf(0) * 24;
    expect([...whole.images.subarray(at, at + 24)]).toEqual(
      [0, 1].flatMap((y) => [0, 1, 2, 3].flatMap((x) => [x * 60, y * 100, 7])),
    );
    const small = await folder('mixed', { size: [1, 2], testFraction: 0 });
    const from = small.labels.indexOf(0) * 6;
    expect([...small.images.subarray(from, from + 6)]).toEqual([30, 50, 7, 150, 50, 7]);
    const large = await folder('mixed', { size: [4, 8], testFraction: 0 });
    const first = large.labels.indexOf(0) * 96;
    // Centres of the enlarged pixels lie at −¼, ¼, ¾ … of the source's: 0, 15, 45, 75 …
    expect([0, 3, 6, 9].map((i) => large.images[first + i])).toEqual([0, 15, 45, 75]);
  });

  test('corrupt files are named: an error, or left out', async () => {
    await expect(folder('broken', { testFraction: 0 })).rejects.toThrow(
      /`path` must hold whole images\. Received: (a\/2\.png|b\/3\.jpg): .+ Mend or remove it/,
    );
    const skipped: string[] = [];
    const onSkip = (file: string): void => void skipped.push(file);
    const rest = await folder('broken', { testFraction: 0, onCorrupt: 'skip', onSkip });
    expect(rest.length).toBe(2);
    expect(skipped.sort()).toEqual(['a/2.png', 'b/3.jpg']);
  });

  test.each([
    ['bare', {}, 'must hold PNG or JPEG images for its train part'],
    ['bare/a', {}, 'must have a sub-folder of images for each class, two at least'],
    ['none', {}, '`path` must be a folder that can be read'],
    ['mixed', { testFraction: 0 }, 'must hold images of one size'],
    ['link', { testFraction: 0 }, 'must hold its images itself'],
    ['plain', { channels: 2 }, '`channels` must be 1 or 3. Received: 2.'],
    ['plain', { size: [0, 3] }, '`size` must be an integer of at least 1'],
    ['plain', { split: 'tset' }, "Did you mean 'test'?"],
    ['plain', { testFraction: 2 }, '`testFraction` must be a finite number of at least 0 and of at most 1'],
  ])('%s with %j is refused', async (name, more, message) => {
    await expect(folder(name, more)).rejects.toThrow(message);
  });

  test('a small file that would unpack to gigabytes is refused before it is unpacked', async () => {
    const bytes = png(2, 2, grey(1));
    bytes.writeUInt32BE(100_000, 16);
    bytes.writeUInt32BE(100_000, 20);
    await put('bomb/a/1.png', bytes);
    await put('bomb/b/1.png', png(2, 2, grey(1)));
    await expect(folder('bomb', { testFraction: 0 })).rejects.toThrow('more than 64000000');
  });
});

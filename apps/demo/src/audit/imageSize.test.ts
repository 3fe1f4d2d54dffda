import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { imageSize } from './imageSize';

const bytes = (...parts: (number | string)[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === 'string' ? [...Buffer.from(part, 'latin1')] : [part])));

test.each([
  ['PNG', bytes(0x89, 'PNG\r\n\x1a\n', 0, 0, 0, 13, 'IHDR', 0, 0, 1, 2, 0, 0, 0, 7), 258, 7],
  ['GIF', bytes('GIF89a', 0x2c, 1, 5, 0), 300, 5],
  ['BMP upside down', bytes('BM', ...Array(16).fill(0), 10, 0, 0, 0, 0xf6, 0xff, 0xff, 0xff), 10, 10],
  ['WebP, lossy', bytes('RIFF____WEBPVP8 ', ...Array(10).fill(0), 0x40, 0x41, 0x10, 0), 320, 16],
  ['WebP, lossless', bytes('RIFF____WEBPVP8L', 0, 0, 0, 0, 0x2f, 0x63, 0xc0, 0x04, 0), 100, 20],
  ['WebP, extended', bytes('RIFF____WEBPVP8X', ...Array(8).fill(0), 0xff, 0xff, 1, 9, 0, 0), 131_072, 10],
  [
    'JPEG',
    bytes(0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xff, 0xc4, 0, 3, 9, 0xff, 0xc2, 0, 11, 8, 0, 20, 1, 0),
    256,
    20,
  ],
])('%s: the size that the header claims', (_name, file, width, height) => {
  expect(imageSize(file)).toEqual({ width, height });
  // Every shorter file has no size, and none makes it throw.
  for (let end = 0; end < file.length; end++) {
    const cut = imageSize(file.subarray(0, end));
    expect(cut === undefined || (cut.width <= width && cut.height <= height)).toBe(true);
  }
});

test('what is no image has no size', () => {
  expect(imageSize(new Uint8Array(0))).toBeUndefined();
  expect(imageSize(bytes('<svg width="10" height="10">'))).toBeUndefined();
  expect(imageSize(bytes(0xff, 0xd8, 0, 0, 0, 0, 0, 0, 0, 0, 0))).toBeUndefined();
  expect(imageSize(readFileSync(import.meta.filename))).toBeUndefined();
});

import jpeg from 'jpeg-js';
import { PNG } from 'pngjs';

/** An image as bytes: uint8[height, width, 4], red, green, blue, alpha. */
export interface RgbaImage {
  width: number;
  height: number;
  data: Uint8Array;
}

/** Larger pictures are no training data, but may be a small file that unpacks to gigabytes. */
const mostPixels = 64e6;

const isPng = (bytes: Uint8Array): boolean => bytes[0] === 0x89 && bytes[1] === 0x50 && bytes[2] === 0x4e;
const isJpeg = (bytes: Uint8Array): boolean => bytes[0] === 0xff && bytes[1] === 0xd8;

/**
 * Decodes a PNG or a JPEG, told apart by their first bytes, to the same pixels on every machine.
 *
 * @throws Error for other formats, and for files that are corrupt or unpack to more than 64 million pixels
 */
export function decodeImage(bytes: Uint8Array): RgbaImage {
  if (isPng(bytes)) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (bytes.length < 33) throw new Error('the PNG is truncated');
    const pixels = view.getUint32(16) * view.getUint32(20);
    if (pixels > mostPixels) throw new Error(`the PNG has ${pixels} pixels, more than ${mostPixels}`);
    const { width, height, data } = PNG.sync.read(Buffer.from(bytes));
    return { width, height, data };
  }
  if (isJpeg(bytes)) {
    const limits = { maxResolutionInMP: mostPixels / 1e6, maxMemoryUsageInMB: 1024 };
    return jpeg.decode(bytes, { useTArray: true, tolerantDecoding: false, ...limits });
  }
  throw new Error('it is neither a PNG nor a JPEG');
}

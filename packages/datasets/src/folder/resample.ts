import type { RgbaImage } from './decodeImage';

/** One axis: for each target pixel, the source pixels below it and how much of each. */
function coverage(from: number, to: number): { start: number; weights: number[] }[] {
  const scale = from / to;
  return Array.from({ length: to }, (_, i) => {
    // Enlarged, a target pixel reads the two sources that its centre lies between; reduced, all that it covers.
    const centre = (i + 0.5) * scale;
    const [low, high] = scale > 1 ? [i * scale, (i + 1) * scale] : [centre - 0.5, centre + 0.5];
    const [start, end] = [Math.max(0, Math.floor(low)), Math.min(from, Math.ceil(high))];
    const shares = Array.from({ length: end - start }, (_, k) =>
      Math.max(0, Math.min(high, start + k + 1) - Math.max(low, start + k)),
    );
    const sum = shares.reduce((a, b) => a + b, 0);
    return { start, weights: shares.map((share) => share / sum) };
  });
}

/** Luma of ITU-R BT.601, as in PIL's mode L; alpha over black. */
function planes({ data, width, height }: RgbaImage, channels: 1 | 3): Float64Array[] {
  const out = Array.from({ length: channels }, () => new Float64Array(width * height));
  for (let i = 0; i < width * height; i++) {
    const alpha = data[4 * i + 3]! / 255;
    const [r, g, b] = [data[4 * i]! * alpha, data[4 * i + 1]! * alpha, data[4 * i + 2]! * alpha];
    if (channels === 1) out[0]![i] = 0.299 * r + 0.587 * g + 0.114 * b;
    else {
      out[0]![i] = r;
      out[1]![i] = g;
      out[2]![i] = b;
    }
  }
  return out;
}

/**
 * An image in another size, by the share of each source pixel (averages where it shrinks, bilinear where it grows), as
 * uint8[height, width, channels].
 */
export function resample(image: RgbaImage, height: number, width: number, channels: 1 | 3): Uint8Array {
  const [rows, columns] = [coverage(image.height, height), coverage(image.width, width)];
  const out = new Uint8Array(height * width * channels);
  for (const [c, plane] of planes(image, channels).entries()) {
    // Rows first: a strip of `image.width` sums for each target row.
    const strip = new Float64Array(image.width);
    for (const [y, row] of rows.entries()) {
      strip.fill(0);
      for (const [k, weight] of row.weights.entries()) {
        const from = (row.start + k) * image.width;
        for (let x = 0; x < image.width; x++) strip[x]! += weight * plane[from + x]!;
      }
      for (const [x, column] of columns.entries()) {
        let value = 0;
        for (const [k, weight] of column.weights.entries()) value += weight * strip[column.start + k]!;
        out[(y * width + x) * channels + c] = Math.round(value);
      }
    }
  }
  return out;
}

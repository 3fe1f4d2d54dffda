/** The digits that the pages train on: pixels in [0, 1], 28 × 28 each, and labels 0 to 9. */
export interface Digits {
  train: { pixels: Uint8Array; labels: Uint8Array };
  test: { pixels: Uint8Array; labels: Uint8Array };
}

export const trainSize = 4000;
export const testSize = 1000;
export const pixelsPerImage = 784;

const missing =
  'The images to train on could not be loaded. Check that digits.bin was uploaded along with the page, then reload.';

/** Splits the unpacked file: training images, test images, then their labels. */
export function splitDigits(bytes: Uint8Array): Digits {
  const images = (trainSize + testSize) * pixelsPerImage;
  if (bytes.length !== images + trainSize + testSize) throw new Error(missing);
  const testImages = trainSize * pixelsPerImage;
  return {
    train: { pixels: bytes.subarray(0, testImages), labels: bytes.subarray(images, images + trainSize) },
    test: { pixels: bytes.subarray(testImages, images), labels: bytes.subarray(images + trainSize) },
  };
}

/** Loads and unpacks the file. @throws Error with a sentence for the reader */
export async function loadDigits(url: string): Promise<Digits> {
  let bytes: Uint8Array;
  try {
    const response = await fetch(url);
    if (!response.ok || !response.body) throw new Error(missing);
    const unpacked = response.body.pipeThrough(new DecompressionStream('gzip'));
    bytes = new Uint8Array(await new Response(unpacked).arrayBuffer());
  } catch (cause) {
    throw new Error(missing, { cause });
  }
  return splitDigits(bytes);
}

/** Rows `indices` of a part, scaled to [0, 1], and their labels as one-hot rows. */
export function gather(
  part: { pixels: Uint8Array; labels: Uint8Array },
  indices: readonly number[],
): { pixels: Float32Array; labels: Float32Array } {
  const pixels = new Float32Array(indices.length * pixelsPerImage);
  const labels = new Float32Array(indices.length * 10);
  indices.forEach((index, row) => {
    const from = index * pixelsPerImage;
    for (let i = 0; i < pixelsPerImage; i++) pixels[row * pixelsPerImage + i] = (part.pixels[from + i] ?? 0) / 255;
    labels[row * 10 + (part.labels[index] ?? 0)] = 1;
  });
  return { pixels, labels };
}

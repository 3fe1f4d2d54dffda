import type { TrainingData } from './trainingData';

/** A file of images: gzip of the training images, the test images (28 × 28 bytes each), then their labels (a byte each). */
export interface PackedImages {
  file: string;
  trainSize: number;
  testSize: number;
  classes: string[];
}

export const pixelsPerImage = 784;

export const packedDigits: PackedImages = {
  file: 'digits.bin',
  trainSize: 4000,
  testSize: 1000,
  classes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
};

export const packedFashion: PackedImages = {
  file: 'fashion.bin',
  trainSize: 3200,
  testSize: 800,
  classes: ['T-shirt', 'Trouser', 'Pullover', 'Dress', 'Coat', 'Sandal', 'Shirt', 'Sneaker', 'Bag', 'Boot'],
};

const missing = (file: string): string =>
  `The images to train on could not be loaded. Check that ${file} was uploaded along with the page, then reload.`;

/** Splits the unpacked file. @throws Error with a sentence for the reader */
export function splitImages(bytes: Uint8Array, { file, trainSize, testSize, classes }: PackedImages): TrainingData {
  const images = (trainSize + testSize) * pixelsPerImage;
  if (bytes.length !== images + trainSize + testSize) throw new Error(missing(file));
  const testImages = trainSize * pixelsPerImage;
  return {
    shape: [28, 28, 1],
    classes: [...classes],
    train: { values: bytes.subarray(0, testImages), labels: bytes.subarray(images, images + trainSize) },
    test: { values: bytes.subarray(testImages, images), labels: bytes.subarray(images + trainSize) },
  };
}

/** Loads and unpacks the file. @throws Error with a sentence for the reader */
export async function loadImages(url: string, packed: PackedImages): Promise<TrainingData> {
  let bytes: Uint8Array;
  try {
    const response = await fetch(url);
    if (!response.ok || !response.body) throw new Error(missing(packed.file));
    const unpacked = response.body.pipeThrough(new DecompressionStream('gzip'));
    bytes = new Uint8Array(await new Response(unpacked).arrayBuffer());
  } catch (cause) {
    throw new Error(missing(packed.file), { cause });
  }
  return splitImages(bytes, packed);
}

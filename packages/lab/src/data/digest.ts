import { createHash } from 'node:crypto';
import type { ImageDataset } from '@relumine/datasets';
import type { CompareData } from './loadData';

const updateWith = (hash: ReturnType<typeof createHash>, images: ImageDataset): void => {
  hash.update(JSON.stringify([images.length, images.shape, images.classes]));
  hash.update(images.images).update(images.labels);
};

/** A name for the very images and labels that a run sees: equal data, equal digest, wherever they lie. */
export function dataDigest({ train, test }: CompareData): string {
  const hash = createHash('sha256');
  updateWith(hash, train);
  updateWith(hash, test);
  return hash.digest('hex').slice(0, 16);
}

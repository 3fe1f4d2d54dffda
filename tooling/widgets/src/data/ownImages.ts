import { createRandom } from '@relumine/core';
import type { OwnImage } from '../protocol';
import type { Part, TrainingData } from './trainingData';

const side = 28;
const pixels = side * side;
/** More would not fit into the time that a visitor waits. */
export const mostImages = 5000;
export const leastImages = 8;
const mostClasses = 20;

const byName = (path: string): string => {
  const stem = (path.split('/').at(-1) ?? '').replace(/\.[^.]*$/, '');
  return /^(.+?)[\s_-]+[^\s_-]*$/.exec(stem)?.[1] ?? stem;
};

/**
 * The class of each picture: its folder's name where there are several folders (`cats/tom.png` → `cats`), else its own up
 * to the last dash, underscore or space (`cat_01.png`, `cat 3.webp` → `cat`; `7.png` → `7`).
 */
export function classesOf(paths: readonly string[]): string[] {
  const folders = paths.map((path) => path.split('/').at(-2) ?? '');
  return new Set(folders).size > 1 && !folders.includes('') ? folders : paths.map(byName);
}

/** Any picture as 28 × 28 grey bytes: its middle square, scaled. */
async function grey(file: Blob): Promise<Uint8Array> {
  const bitmap = await createImageBitmap(file);
  const canvas = new OffscreenCanvas(side, side);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('This browser draws no pictures outside the page.');
  const crop = Math.min(bitmap.width, bitmap.height);
  context.fillStyle = '#000';
  context.fillRect(0, 0, side, side);
  context.drawImage(bitmap, (bitmap.width - crop) / 2, (bitmap.height - crop) / 2, crop, crop, 0, 0, side, side);
  bitmap.close();
  const { data } = context.getImageData(0, 0, side, side);
  // Rec. 709, as the eye weighs them.
  return Uint8Array.from({ length: pixels }, (_, i) =>
    Math.round(0.2126 * (data[4 * i] ?? 0) + 0.7152 * (data[4 * i + 1] ?? 0) + 0.0722 * (data[4 * i + 2] ?? 0)),
  );
}

/** Every class of at least two images, a fifth of each for testing. @throws Error with a sentence for the reader */
export function splitOwn(images: readonly { label: string; values: Uint8Array }[], seed: number): TrainingData {
  const classes = [...new Set(images.map(({ label }) => label))].sort();
  if (images.length < leastImages || classes.length < 2)
    throw new Error(
      `To train on your own images, choose at least ${leastImages} pictures of two classes: a folder for each class, or names such as cat-1.png and dog-1.png. Found: ${images.length} pictures of ${classes.length} ${classes.length === 1 ? 'class' : 'classes'}.`,
    );
  if (classes.length > mostClasses)
    throw new Error(
      `Your images seem to have ${classes.length} classes; ${mostClasses} are the most. Put the pictures of each class into a folder of their own.`,
    );
  const order = [...createRandom(`own/${seed}`).permutation(images.length)];
  const train: number[] = [];
  const test: number[] = [];
  const seen = new Map<string, number>();
  for (const index of order) {
    const label = images[index]?.label ?? '';
    const count = seen.get(label) ?? 0;
    seen.set(label, count + 1);
    (count % 5 === 1 ? test : train).push(index);
  }
  const part = (indices: readonly number[]): Part => {
    const values = new Uint8Array(indices.length * pixels);
    indices.forEach((index, row) => {
      values.set(images[index]?.values ?? [], row * pixels);
    });
    return { values, labels: Uint8Array.from(indices, (index) => classes.indexOf(images[index]?.label ?? '')) };
  };
  return { shape: [side, side, 1], classes, train: part(train), test: part(test) };
}

/** Reads a visitor's pictures; those that are none are left out. @throws Error with a sentence for the reader */
export async function ownData(images: readonly OwnImage[], seed: number): Promise<TrainingData> {
  const read: { path: string; values: Uint8Array }[] = [];
  for (const { path, file } of images.slice(0, mostImages)) {
    const values = await grey(file).catch(() => undefined);
    if (values) read.push({ path, values });
  }
  const labels = classesOf(read.map(({ path }) => path));
  return splitOwn(
    read.map(({ values }, i) => ({ values, label: labels[i] ?? '' })),
    seed,
  );
}

import type { Dropped } from './dropped';

/** What the files of a drop are, by their names alone. */
export interface SortedFiles {
  json: Dropped[];
  images: Dropped[];
  /** IDX files of images, as MNIST has them, gzipped or not. */
  idx: Dropped[];
  /** Keras's own formats, which tfjs can't read. */
  keras: Dropped[];
  /** Everything else: weights among it. */
  rest: Dropped[];
}

const kinds: readonly [keyof SortedFiles, RegExp][] = [
  ['json', /\.json$/i],
  ['images', /\.(png|jpe?g|webp|gif|bmp)$/i],
  ['idx', /(idx[34][-.]ubyte|\.idx)(\.gz)?$/i],
  ['keras', /\.(h5|hdf5|keras|pb|onnx|pt|pth|tflite|safetensors)$/i],
];

/** Sorts files into models, images and the rest; images in the order of their paths, so that a limit is repeatable. */
export function sortFiles(files: readonly Dropped[]): SortedFiles {
  const sorted: SortedFiles = { json: [], images: [], idx: [], keras: [], rest: [] };
  for (const one of files) sorted[kinds.find(([, name]) => name.test(one.path))?.[0] ?? 'rest'].push(one);
  sorted.images.sort((a, b) => a.path.localeCompare(b.path, 'en', { numeric: true }));
  return sorted;
}

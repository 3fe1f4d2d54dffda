import imagesUrl from '../../assets/example/images.bin?url';
import modelUrl from '../../assets/example/model.json?url';
import weightsUrl from '../../assets/example/weights.bin?url';
import type { Dropped } from './dropped';

/** The network that the page ships, and digits to audit it with, as if they had been dropped. */
export async function exampleFiles(): Promise<Dropped[]> {
  const files: [string, string][] = [
    ['model.json', modelUrl],
    ['weights.bin', weightsUrl],
    ['digits-idx3-ubyte.gz', imagesUrl],
  ];
  return Promise.all(
    files.map(async ([path, url]) => {
      const response = await fetch(url);
      if (!response.ok) throw new Error(`${path}: HTTP ${response.status}`);
      return { path, file: new File([await response.blob()], path) };
    }),
  );
}

import { invalidArgument } from '@relumine/core';
import { type Images, type ReadImagesOptions, readImages } from '@relumine/lab/audit';
import { startWasm } from '@relumine/wasm-backend';
import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

import { type AnyModel, loadAnyModelFile, loadModelFile } from './modelFile';

export interface ModelAndData extends Pick<ReadImagesOptions, 'onCorrupt' | 'onSkip'> {
  where: string;
  /** A model.json. */
  file: string;
  /** `mnist`, an IDX or .npy file, or a folder of pictures. */
  data: string;
  /** The first images. */
  limit: number;
  /** Of WASM; as many as it finds unless given. */
  threads?: number;
}

/** Runs `action` with a tf.LayersModel and images from files, on WASM, and frees both. */
export const withModelAndImages = <T>(
  files: ModelAndData,
  action: (model: LayersModel, images: Tensor, raw: Images) => Promise<T>,
): Promise<T> =>
  withBoth(
    files,
    async (where, file) => ({ kind: 'layers' as const, model: await loadModelFile(where, file) }),
    ({ model }, images, raw) => action(model, images, raw),
  );

/** Runs `action` with a model of either kind and images from files, on WASM, and frees both. */
export const withAnyModelAndImages = <T>(
  files: ModelAndData,
  action: (model: AnyModel, images: Tensor, raw: Images) => Promise<T>,
): Promise<T> => withBoth(files, loadAnyModelFile, action);

async function withBoth<T, M extends AnyModel>(
  { where, file, data, limit, threads, onCorrupt, onSkip }: ModelAndData,
  load: (where: string, file: string) => Promise<M>,
  action: (model: M, images: Tensor, raw: Images) => Promise<T>,
): Promise<T> {
  await startWasm(threads === undefined ? {} : { threads });
  const loaded = await load(where, file);
  const { model } = loaded;
  try {
    // An axis that is open is null in models of layers and −1 in graphs.
    const expected = (model.inputs[0]?.shape ?? []).slice(1).map((n) => (n === -1 ? null : n));
    const raw = await readImages(where, data, { limit, expected, onCorrupt, onSkip });
    const { shape, values } = raw;
    const fits = expected.length === 3 && expected.every((n, axis) => n === null || n === shape[axis + 1]);
    if (model.inputs.length !== 1 || !fits)
      throw invalidArgument({
        where,
        argument: '--data',
        rule: `must hold images of the model's input, [${expected.join(', ')}]`,
        received: `images of [${shape.slice(1).join(', ')}]`,
      });
    const images = tensor(values, shape);
    try {
      return await action(loaded, images, raw);
    } finally {
      images.dispose();
    }
  } finally {
    model.dispose();
  }
}

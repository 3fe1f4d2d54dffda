import { invalidArgument } from '@relumine/core';
import { startWasm } from '@relumine/wasm-backend';
import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type Images, readImages } from './imageFile';
import { loadModelFile } from './modelFile';

export interface ModelAndData {
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

/** Runs `action` with a model and images from files, on WASM, and frees both. */
export async function withModelAndImages<T>(
  { where, file, data, limit, threads }: ModelAndData,
  action: (model: LayersModel, images: Tensor, raw: Images) => Promise<T>,
): Promise<T> {
  await startWasm(threads === undefined ? {} : { threads });
  const model = await loadModelFile(where, file);
  const expected = (model.inputs[0]?.shape ?? []).slice(1);
  const raw = await readImages(where, data, limit, expected).catch((error: unknown) => {
    model.dispose();
    throw error;
  });
  const { shape, values } = raw;
  const fits = expected.length === 3 && expected.every((n, axis) => n === null || n === shape[axis + 1]);
  if (model.inputs.length !== 1 || !fits) {
    model.dispose();
    throw invalidArgument({
      where,
      argument: '--data',
      rule: `must hold images of the model's input, [${expected.join(', ')}]`,
      received: `images of [${shape.slice(1).join(', ')}]`,
    });
  }
  const images = tensor(values, shape);
  try {
    return await action(model, images, raw);
  } finally {
    images.dispose();
    model.dispose();
  }
}

import { batches, type ImageDataset } from '@relumine/datasets';
import { argMax, dispose, equal, sum, type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/** The share of images whose class gets the highest output. */
export async function accuracy(model: LayersModel, images: ImageDataset): Promise<number> {
  let right = 0;
  for (const { xs, ys } of batches(images, { batchSize: 250 })) {
    const hits = tidy(() => sum(equal(argMax(model.predictOnBatch(xs) as Tensor, 1), argMax(ys, 1))));
    right += (await hits.data())[0]!;
    dispose([xs, ys, hits]);
  }
  return right / images.length;
}

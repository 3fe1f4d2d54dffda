import { dispose, tensor } from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';
import type { Weight } from './channels/arrays';

/** Reads a layer's weights, in the order of `getWeights()`. */
export async function readWeights(layer: layers.Layer): Promise<Weight[]> {
  // getWeights hands out the layer's own tensors: they are borrowed.
  return Promise.all(
    layer.getWeights().map(async (one) => ({ shape: one.shape, values: Float32Array.from(await one.data()) })),
  );
}

/** Writes a layer's weights and frees the tensors that carried them. */
export function writeWeights(layer: layers.Layer, weights: readonly Weight[]): void {
  const tensors = weights.map(({ values, shape }) => tensor(values, [...shape], 'float32'));
  try {
    layer.setWeights(tensors);
  } finally {
    dispose(tensors);
  }
}

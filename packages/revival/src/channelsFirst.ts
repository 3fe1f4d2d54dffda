import { type Tensor, transpose } from '@tensorflow/tfjs-core';
import type { LayersModel, layers } from '@tensorflow/tfjs-layers';

/** Whether a layer of a model has its channels right behind the batch (tfjs's dataFormat 'channelsFirst'). */
export function hasChannelsFirst(layer: layers.Layer | undefined): boolean {
  return (layer as { dataFormat?: string } | undefined)?.dataFormat === 'channelsFirst';
}

/** The layer that a report names as the owner of a kernel; undefined where it is inside another one. */
export const sourceOf = (model: LayersModel, { source }: { source: string }): layers.Layer | undefined =>
  model.layers.find(({ name }) => name === source);

/** `change` of a tensor [batch, channels, …] as if it were [batch, …, channels]. */
export function withChannelsLast(tensor: Tensor, change: (turned: Tensor) => Tensor): Tensor {
  const axes = tensor.shape.map((_, axis) => axis);
  const last = transpose(tensor, [0, ...axes.slice(2), 1]);
  return transpose(change(last), [0, tensor.rank - 1, ...axes.slice(1, -1)]);
}

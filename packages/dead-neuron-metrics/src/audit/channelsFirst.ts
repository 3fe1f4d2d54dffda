import { reshape, type Tensor, tidy, transpose } from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';
import { held, type Seen, type Watched } from './seen';

interface Formatted {
  dataFormat?: string;
  layer?: layers.Layer;
}

/** Whether a layer that owns a kernel puts the channels right behind the batch; a wrapper's is the layer that it holds. */
export function putsChannelsFirst(layer: layers.Layer): boolean {
  const { dataFormat, layer: inner } = layer as unknown as Formatted;
  return dataFormat === undefined && inner ? putsChannelsFirst(inner) : dataFormat === 'channelsFirst';
}

/** [batch, channels, …] → [batch, …, channels]. */
function channelsLast(tensor: Tensor): Tensor {
  const axes = tensor.shape.map((_, axis) => axis);
  return transpose(tensor, [0, ...axes.slice(2), 1]);
}

/** What is kept of a call whose channels come first, as if they came last: every measure is one of the last axis. */
export function heldChannelsLast<W extends Watched>(watched: W, z: Tensor, h: Tensor, slopes?: Tensor): Seen<W> {
  let seen: Seen<W> | undefined;
  tidy(() => {
    // A PReLU's slopes, of as many axes as z.
    const whole = slopes && reshape(slopes, [...new Array<number>(z.rank - slopes.rank).fill(1), ...slopes.shape]);
    const last = whole && channelsLast(whole);
    seen = held(watched, channelsLast(z), channelsLast(h), last && reshape(last, last.shape.slice(1)));
  });
  return seen!;
}

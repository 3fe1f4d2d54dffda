import { invalidArgument, requireFloat32Tensor } from '@relumine/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { type ActivationChoice, activationSpec } from '../statistics/createChannelStatistics';
import { responseOf } from '../statistics/responses';
import { classesOf } from './classesOf';

const where = 'dead-neuron-metrics/classFiring';

/** Which channels fire on which classes. */
export interface ClassFiring {
  /** Samples of each class. */
  samples: number[];
  /** `[class][channel]`: share of the class's samples on which the channel fires; NaN for a class without samples. */
  firingRate: number[][];
  /** Channels that fire on one class alone, with that class. */
  exclusive: { channel: number; class: number }[];
}

/**
 * Which classes a layer's channels fire on: a channel that lives for one class alone is dead for all others.
 *
 * @param h float32[batch, …, channels]; borrowed
 * @param labels class numbers [batch] or [batch, 1], or one-hot [batch, classes]; borrowed
 * @param activation the activation that made h; `relu` unless given
 * @throws TypeError unless h is a float32 tensor; RangeError where the labels don't fit
 */
export async function classFiring(
  h: Tensor,
  labels: Tensor,
  activation: ActivationChoice = 'relu',
): Promise<ClassFiring> {
  requireFloat32Tensor(where, 'h', h);
  if (h.shape.length < 2 || h.size === 0)
    throw invalidArgument({
      where,
      argument: 'h',
      rule: 'must have the shape [batch, …, channels] with one sample at least',
      received: `shape [${h.shape.join(', ')}]`,
    });
  const [batch, channels] = [h.shape[0]!, h.shape.at(-1)!];
  const { of, count } = await classesOf(where, labels, batch);
  const spec = activationSpec(activation);
  const response = responseOf(spec.activation, spec.params);
  const values = (await h.data()) as Float32Array;
  const each = values.length / batch;
  const samples = new Array<number>(count).fill(0);
  const fired = Array.from({ length: count }, () => new Array<number>(channels).fill(0));
  for (let n = 0; n < batch; n++) {
    samples[of[n]!]!++;
    const now = new Uint8Array(channels);
    for (let i = 0; i < each; i++) if (response.fromActivation(values[n * each + i]!)) now[i % channels] = 1;
    for (let c = 0; c < channels; c++) fired[of[n]!]![c]! += now[c]!;
  }
  const exclusive = Array.from({ length: channels }, (_, channel) => ({
    channel,
    classes: fired.flatMap((row, one) => (row[channel]! > 0 ? [one] : [])),
  })).flatMap(({ channel, classes }) => (classes.length === 1 && count > 1 ? [{ channel, class: classes[0]! }] : []));
  return { samples, firingRate: fired.map((row, one) => row.map((k) => k / samples[one]!)), exclusive };
}

import {
  type ChannelStatisticsSnapshot,
  invalidArgument,
  requireFloat32Tensor,
  requireOneOf,
  requirePositiveInteger,
} from '@relumine/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { ChannelAccumulator, type StatisticsOptions } from './channelStatistics';
import type { ResponseParams } from './responses';

/** An activation by its name, or with parameters: any object with these fields, such as `activation('elu')`. */
export type ActivationChoice =
  | string
  | { readonly name: string; readonly params?: ResponseParams; apply?<T extends Tensor>(z: T): T };

/** The name and parameters of a choice. */
export function activationSpec(choice: ActivationChoice): { activation: string; params: ResponseParams } {
  return typeof choice === 'string'
    ? { activation: choice, params: {} }
    : { activation: choice.name, params: choice.params ?? {} };
}

/** Streaming statistics of one layer's channels, fed with tensors. */
export interface ChannelStatistics {
  /** Counts one batch of h, and of z where it is given: float32[batch, …, channels]; both are borrowed. */
  update(h: Tensor, z?: Tensor): Promise<void>;
  /** Adds what `other` has counted. */
  merge(other: ChannelStatistics): void;
  /** The counts so far; undefined before the first batch. */
  result(): ChannelStatisticsSnapshot | undefined;
  /** @internal */
  readonly accumulator: ChannelAccumulator;
}

const where = 'dead-neuron-metrics/createChannelStatistics';

function requireBatch(argument: string, tensor: Tensor, channels: number): void {
  requireFloat32Tensor(where, argument, tensor);
  if (tensor.shape.length >= 2 && tensor.shape.at(-1) === channels) return;
  throw invalidArgument({
    where,
    argument,
    rule: `must have the shape [batch, …, ${channels}]`,
    received: `shape [${tensor.shape.join(', ')}]`,
  });
}

/**
 * Streaming statistics of a layer's channels in constant memory.
 *
 * @param activation decides when a unit fires: |f'(z)| > ε
 * @param channels length of the last axis
 * @param options `nonFinite: 'ignore'` leaves NaN out of every figure; `propagate` (the default) lets it show
 * @throws RangeError for channels below 1 or another `nonFinite`
 */
export function createChannelStatistics(
  activation: ActivationChoice,
  channels: number,
  options: Pick<StatisticsOptions, 'nonFinite'> = {},
): ChannelStatistics {
  requirePositiveInteger(where, 'channels', channels);
  requireOneOf(where, 'options.nonFinite', options.nonFinite ?? 'propagate', ['propagate', 'ignore'] as const);
  const accumulator = new ChannelAccumulator({ ...activationSpec(activation), channels, ...options });
  return {
    accumulator,
    async update(h, z) {
      requireBatch('h', h, channels);
      if (z) requireBatch('z', z, channels);
      const [values, pre] = await Promise.all([h.data(), z?.data()]);
      const batch = { samples: h.shape[0]!, h: values as Float32Array };
      accumulator.update(pre ? { ...batch, z: pre as Float32Array } : batch);
    },
    merge: (other) => accumulator.merge(other.accumulator),
    result: () => accumulator.snapshot(),
  };
}

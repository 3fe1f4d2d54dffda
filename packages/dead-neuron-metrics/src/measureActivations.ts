import { activationNames, invalidArgument, type LayerReport, requireFloat32Tensor, requireOneOf } from '@relumine/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { type ActivationChoice, activationSpec, createChannelStatistics } from './statistics/createChannelStatistics';
import { layerReport } from './statistics/layerReport';

const where = 'dead-neuron-metrics/measureActivations';

/** Options of `measureActivations`. */
export interface MeasureOptions {
  /** The activation that made h; `relu` unless given. */
  activation?: ActivationChoice;
  /** `propagate` (the default): a channel with a NaN is not dead and its means are NaN; `ignore`: NaN is left out. */
  nonFinite?: 'propagate' | 'ignore';
  /** A name for the report. */
  name?: string;
}

/**
 * Measures one activation tensor: which channels are dead, how sure that is, APoZ, dormancy, means and variances.
 *
 * @param h float32[batch, …, channels]; borrowed
 * @returns a layer's report; margins are null, since z can't be seen
 * @throws TypeError unless h is a float32 tensor; RangeError for rank below 2, no sample or no channel
 * @see Sokar et al. 2023 (dormancy), Hu et al. 2016 (APoZ)
 */
export async function measureActivations(h: Tensor, options: MeasureOptions = {}): Promise<LayerReport> {
  const { activation = 'relu', nonFinite = 'propagate', name = 'h' } = options;
  requireFloat32Tensor(where, 'h', h);
  requireOneOf(where, 'options.activation', activationSpec(activation).activation, activationNames);
  requireOneOf(where, 'options.nonFinite', nonFinite, ['propagate', 'ignore'] as const);
  if (h.shape.length < 2 || h.size === 0)
    throw invalidArgument({
      where,
      argument: 'h',
      rule: 'must have the shape [batch, …, channels] with one sample at least',
      received: `shape [${h.shape.join(', ')}]`,
    });
  const statistics = createChannelStatistics(activation, h.shape.at(-1)!, { nonFinite });
  await statistics.update(h);
  const identity = { name, source: name, path: [], activation: activationSpec(activation).activation };
  return layerReport(identity, statistics.result()!);
}

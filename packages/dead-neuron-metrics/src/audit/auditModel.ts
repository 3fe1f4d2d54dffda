import {
  type CurvePoint,
  type DeadNeuronReport,
  describe,
  invalidArgument,
  type LayerReport,
  requirePositiveInteger,
} from '@relumine/core';
import { dispose, type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { buildReport } from '../report';
import { ChannelAccumulator } from '../statistics/channelStatistics';
import { layerReport } from '../statistics/layerReport';
import { type LayerObservation, observeLayer } from '../statistics/observeLayer';
import { type AuditData, batchesOf, type ModelInput, samplesOf } from './batches';
import { readCounted, snapshotOf } from './countedActivation';
import { InputWatch } from './inputWatch';
import { release, type Seen, type TappedLayer, tap, tappedLayers } from './taps';

const where = 'dead-neuron-metrics/auditModel';

/** Options of `auditModel`. */
export interface AuditOptions {
  /** Samples per forward pass where the data is one tensor; 32 unless given. */
  batchSize?: number;
  /** `propagate` (the default): a channel with a NaN is not dead and its means are NaN; `ignore`: NaN is left out. */
  nonFinite?: 'propagate' | 'ignore';
}

/** The statistics of every tapped layer, fed from what the taps saw. */
export class LayerStatistics {
  private readonly accumulators = new Map<TappedLayer, ChannelAccumulator>();
  private readonly nonFinite: 'propagate' | 'ignore';

  constructor(nonFinite: 'propagate' | 'ignore') {
    this.nonFinite = nonFinite;
  }

  /** Counts one call and frees what was kept of it. */
  async add(seen: Seen): Promise<void> {
    const { tapped, z, h, counted } = seen;
    try {
      const [samples, channels] = [h.shape[0]!, h.shape.at(-1)!];
      const known = this.accumulators.get(tapped);
      const accumulator = known ?? new ChannelAccumulator({ ...tapped.found, channels, nonFinite: this.nonFinite });
      this.accumulators.set(tapped, accumulator);
      const rows = counted && (await readCounted(counted));
      if (rows) return accumulator.add(snapshotOf(rows, samples, this.nonFinite));
      const [values, pre] = await Promise.all([h.data(), z.data()]);
      accumulator.update({ samples, h: values as Float32Array, z: pre as Float32Array });
    } finally {
      release(seen);
    }
  }

  /** Reports of the layers that were called, in the order of `tapped`. */
  reports(tapped: readonly TappedLayer[]): LayerReport[] {
    return tapped.flatMap((one) => {
      const snapshot = this.accumulators.get(one)?.snapshot();
      const { name, source, path, activation } = one;
      return snapshot ? [layerReport({ name, source, path: [...path], activation }, snapshot)] : [];
    });
  }

  /** The layer's observation, of all its calls so far. */
  observation(tapped: TappedLayer): LayerObservation | undefined {
    const snapshot = this.accumulators.get(tapped)?.snapshot();
    return snapshot && observeLayer({ name: tapped.name, path: [...tapped.path] }, snapshot);
  }

  /** Channels that are dead so far, over all layers. */
  deadChannels(): number {
    let dead = 0;
    for (const accumulator of this.accumulators.values()) {
      const snapshot = accumulator.snapshot();
      snapshot?.fired.forEach((fired, c) => {
        if (fired === 0 && !(snapshot.nonFinite === 'propagate' && snapshot.nan[c]! > 0)) dead++;
      });
    }
    return dead;
  }
}

function forward(model: LayersModel, xs: ModelInput): void {
  tidy(() => {
    const input = xs as Tensor | Tensor[];
    const inputs =
      Array.isArray(xs) || 'dataId' in xs
        ? input
        : model.inputNames.map((name) => (xs as Record<string, Tensor>)[name]!);
    model.predictOnBatch(inputs);
  });
}

/**
 * Audits a network: runs data through it and reports, for every layer with an activation, which channels are dead, how
 * sure that is, and all measures per channel and per unit. z is read in the same forward pass; memory stays constant,
 * whatever the number of samples; the model is left as it was, also where the data throws.
 *
 * A shared layer is reported once, over all its uses (each use counts its samples).
 *
 * @param model a Sequential or functional model, nested models included
 * @param data a tensor (borrowed), or an iterable of batches (each disposed after use); see {@link AuditData}
 * @returns plain data; `JSON.stringify` it after {@link encodeNumber}
 * @throws RangeError where the model has no activation to look at or the data has no sample; what the data throws
 */
export async function auditModel(
  model: LayersModel,
  data: AuditData,
  options: AuditOptions = {},
): Promise<DeadNeuronReport> {
  const { batchSize = 32, nonFinite = 'propagate' } = options;
  requirePositiveInteger(where, 'options.batchSize', batchSize);
  const tapped = tappedLayers(model);
  if (tapped.length === 0)
    throw invalidArgument({
      where,
      argument: 'model',
      rule: 'must have a layer with an activation other than linear and softmax',
      received: `layers ${model.layers.map((layer) => layer.getClassName()).join(', ')}`,
    });
  const statistics = new LayerStatistics(nonFinite);
  const seen: Seen[] = [];
  const curve: CurvePoint[] = [];
  const input = new InputWatch();
  let samples = 0;
  let nextPoint = 1;
  const restore = tap(tapped, (one) => seen.push(one));
  try {
    for await (const { xs, owned } of batchesOf(data, batchSize)) {
      try {
        if (samplesOf(xs) === 0) continue;
        forward(model, xs);
        await input.add(xs);
        samples += samplesOf(xs);
      } finally {
        dispose(owned as Parameters<typeof dispose>[0]);
      }
      for (let one = seen.shift(); one; one = seen.shift()) await statistics.add(one);
      if (samples >= nextPoint) {
        curve.push({ samples, deadChannels: statistics.deadChannels() });
        while (nextPoint <= samples) nextPoint *= 2;
      }
    }
  } finally {
    restore();
    for (const one of seen) release(one);
  }
  if (samples === 0)
    throw invalidArgument({
      where,
      argument: 'data',
      rule: 'must hold one sample at least',
      received: describeData(data),
    });
  if (curve.at(-1)?.samples !== samples) curve.push({ samples, deadChannels: statistics.deadChannels() });
  const report = buildReport(statistics.reports(tapped), samples, curve);
  report.summary.advice = input.addTo(report.summary.advice);
  return report;
}

const describeData = (data: AuditData): string => `${describe(data)} without samples`;

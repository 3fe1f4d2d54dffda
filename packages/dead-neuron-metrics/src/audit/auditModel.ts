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
import { referenceWarnings, requireReference } from '../reference';
import { buildReport } from '../report';
import { type AuditData, batchesOf, type ModelInput, samplesOf } from './batches';
import { Extras } from './extras';
import { InputWatch } from './inputWatch';
import { LayerStatistics } from './layerStatistics';
import { release, type Seen, tap, tappedLayers } from './taps';

const where = 'dead-neuron-metrics/auditModel';

/** Options of `auditModel`. */
export interface AuditOptions {
  /** Samples per forward pass where the data is one tensor; 32 unless given. */
  batchSize?: number;
  /** `propagate` (the default): a channel with a NaN is not dead and its means are NaN; `ignore`: NaN is left out. */
  nonFinite?: 'propagate' | 'ignore';
  /** Also counts on which classes each channel fires; the data must be `{ xs, ys }`. Reads every value: slower. */
  byClass?: boolean;
  /** Also computes each layer's effective and stable rank, up to 512 channels. Reads every value: much slower. */
  rank?: boolean;
  /** A report of the same network on data like its training data: what does not fit it is said in the advice. */
  reference?: DeadNeuronReport;
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
 * whatever the number of samples; the model is left as it was, also where the data throws. Between batches it may be used
 * for other things: by the data itself, or by a second audit at the same time.
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
  const { batchSize = 32, nonFinite = 'propagate', reference } = options;
  requirePositiveInteger(where, 'options.batchSize', batchSize);
  const tapped = tappedLayers(model);
  if (tapped.length === 0)
    throw invalidArgument({
      where,
      argument: 'model',
      rule: 'must have a layer with an activation other than linear and softmax',
      received: `layers ${model.layers.map((layer) => layer.getClassName()).join(', ')}`,
    });
  if (reference) requireReference(tapped, reference);
  const statistics = new LayerStatistics(nonFinite);
  const seen: Seen[] = [];
  const curve: CurvePoint[] = [];
  const input = new InputWatch(() => model.inputNames);
  const extras = new Extras(options);
  let layers: LayerReport[];
  let samples = 0;
  let nextPoint = 1;
  const look = (one: Seen): void => void seen.push(one);
  try {
    for await (const { xs, ys, owned } of batchesOf(data, batchSize)) {
      let labels: number[] | undefined;
      try {
        if (samplesOf(xs) === 0) continue;
        labels = await extras.labels(ys, samplesOf(xs));
        // Only for the time of a pass, which nothing interrupts: what else runs on the model meanwhile is not counted.
        const restore = tap(tapped, look, { count: !extras.wanted });
        try {
          forward(model, xs);
        } finally {
          restore();
        }
        await input.add(xs);
        samples += samplesOf(xs);
      } finally {
        dispose(owned as Parameters<typeof dispose>[0]);
      }
      for (let [one] = seen; one; [one] = seen) {
        await extras.add(one, labels);
        seen.shift();
        await statistics.add(one);
      }
      if (samples >= nextPoint) {
        curve.push({ samples, deadChannels: statistics.deadChannels() });
        while (nextPoint <= samples) nextPoint *= 2;
      }
    }
    if (samples === 0)
      throw invalidArgument({
        where,
        argument: 'data',
        rule: 'must hold one sample at least',
        received: describeData(data),
      });
    if (curve.at(-1)?.samples !== samples) curve.push({ samples, deadChannels: statistics.deadChannels() });
    layers = statistics.reports(tapped, (one) => extras.of(one));
  } finally {
    for (const one of seen) release(one);
    statistics.dispose();
  }
  const report: DeadNeuronReport = { ...buildReport(layers, samples, curve), inputs: input.statistics() };
  const advice = input.addTo(report.summary.advice);
  report.summary.advice = reference ? [...referenceWarnings(report, reference), ...advice] : advice;
  return report;
}

const describeData = (data: AuditData): string => `${describe(data)} without samples`;

import {
  type CurvePoint,
  type DeadNeuronReport,
  describe,
  invalidArgument,
  type LayerReport,
  requireOneOf,
} from '@relumine/core';
import { dispose } from '@tensorflow/tfjs-core';
import { referenceWarnings, requireReference } from '../reference';
import { buildReport } from '../report';
import { type AuditData, batchesOf, type ModelInput, samplesOf } from './batches';
import { Extras } from './extras';
import { InputWatch } from './inputWatch';
import { LayerStatistics } from './layerStatistics';
import { release, type Seen, type Watched } from './seen';

/** What an audit may be asked for, whatever the model. */
export interface CommonAuditOptions {
  /** `propagate` (the default): a channel with a NaN is not dead and its means are NaN; `ignore`: NaN is left out. */
  nonFinite?: 'propagate' | 'ignore';
  /** Also counts on which classes each channel fires; the data must be `{ xs, ys }`. Reads every value: slower. */
  byClass?: boolean;
  /** Also computes each layer's effective and stable rank, up to 512 channels. Reads every value: much slower. */
  rank?: boolean;
  /** A report of the same network on data like its training data: what does not fit it is said in the advice. */
  reference?: DeadNeuronReport;
}

/** A model as an audit sees it. */
export interface Audited {
  readonly where: string;
  readonly watched: readonly Watched[];
  /** The model's inputs, in order; a Sequential model knows them from its first forward pass on. */
  inputNames(): readonly string[] | undefined;
  /** One forward pass that shows its activations; `count`: what the backend counts in its own pass does. */
  pass(xs: ModelInput, look: (seen: Seen) => void, count: boolean): void | Promise<void>;
}

/** Runs data through a model, batch by batch in constant memory, and reports on every activation that is watched. */
export async function audit(
  model: Audited,
  data: AuditData,
  batchSize: number,
  options: CommonAuditOptions,
): Promise<DeadNeuronReport> {
  const { nonFinite = 'propagate', reference } = options;
  const { watched, where } = model;
  requireOneOf(where, 'options.nonFinite', nonFinite, ['propagate', 'ignore'] as const);
  if (reference) requireReference(watched, reference);
  const statistics = new LayerStatistics(nonFinite);
  const seen: Seen[] = [];
  const curve: CurvePoint[] = [];
  const input = new InputWatch(() => model.inputNames());
  const extras = new Extras(options);
  let layers: LayerReport[];
  let samples = 0;
  let nextPoint = 1;
  try {
    for await (const { xs, ys, owned } of batchesOf(data, batchSize)) {
      let labels: number[] | undefined;
      try {
        if (samplesOf(xs) === 0) continue;
        labels = await extras.labels(ys, samplesOf(xs));
        await model.pass(xs, (one) => void seen.push(one), !extras.wanted);
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
    if (samples === 0) {
      const rule = 'must hold one sample at least';
      throw invalidArgument({ where, argument: 'data', rule, received: `${describe(data)} without samples` });
    }
    if (curve.at(-1)?.samples !== samples) curve.push({ samples, deadChannels: statistics.deadChannels() });
    layers = statistics.reports(watched, (one) => extras.of(one));
  } finally {
    for (const one of seen) release(one);
    statistics.dispose();
  }
  const report: DeadNeuronReport = { ...buildReport(layers, samples, curve), inputs: input.statistics() };
  const advice = input.addTo(report.summary.advice);
  report.summary.advice = reference ? [...referenceWarnings(report, reference), ...advice] : advice;
  return report;
}

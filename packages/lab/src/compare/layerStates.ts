import type { DeadNeuronReport } from '@relumine/core';
import { batches, type ImageDataset } from '@relumine/datasets';
import { firingRateBound } from '@relumine/dead-neuron-metrics';
import { auditModel } from '@relumine/dead-neuron-metrics/layers';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { LayerOutcome, LayerState } from '../results';

/** The dead channels of every layer, by index. */
export interface Probe {
  states: LayerState[];
  dead: ReadonlySet<number>[];
  /** The audit behind it; a probe that was read from a checkpoint has none. */
  report?: DeadNeuronReport;
}

/** Which channels and units fire on none of the probe images. */
export async function probeModel(model: LayersModel, images: ImageDataset): Promise<Probe> {
  const report: DeadNeuronReport = await auditModel(model, batches(images, { batchSize: 100 }));
  const states = report.layers.map(({ source, channels, deadChannels, deadUnitFraction, statistics }) => ({
    name: source,
    channels,
    units: channels * statistics.positions,
    deadChannels: deadChannels.length,
    deadUnitFraction,
    firingRateBound95: firingRateBound(statistics.samples),
  }));
  return { states, dead: report.layers.map(({ deadChannels }) => new Set(deadChannels)), report };
}

/** How many of `a` are not in `b`. */
const without = (a: ReadonlySet<number>, b: ReadonlySet<number>): number =>
  [...a].filter((channel) => !b.has(channel)).length;

const sorted = (channels: ReadonlySet<number>): number[] => [...channels].sort((a, b) => a - b);

/** The layers at the end, against the layers before the first step. */
export function outcomes(before: Probe, after: Probe): LayerOutcome[] {
  return after.states.map((state, i) => ({
    ...state,
    bornDead: before.dead[i]!.size,
    died: without(after.dead[i]!, before.dead[i]!),
    revived: without(before.dead[i]!, after.dead[i]!),
    deadIndices: sorted(after.dead[i]!),
    bornDeadIndices: sorted(before.dead[i]!),
  }));
}

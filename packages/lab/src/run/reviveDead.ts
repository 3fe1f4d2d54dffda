import type { DeadNeuronReport } from '@relumine/core';
import { batches, type ImageDataset } from '@relumine/datasets';
import { reviveChannels } from '@relumine/revival/layers';
import { dispose, type Optimizer } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { RevivalChoice } from '../plan/checks';

/** Brings the dead channels of a report back, as the plan has it; how many were changed. */
export async function reviveDead(
  model: LayersModel,
  optimizer: Optimizer,
  strategy: RevivalChoice,
  report: DeadNeuronReport,
  probes: ImageDataset,
  seed: string,
): Promise<number> {
  if (strategy === 'none' || report.summary.deadChannels === 0) return 0;
  const [all] = strategy === 'bias' ? batches(probes, { batchSize: probes.length }) : [];
  try {
    const data = all ? { data: all.xs } : {};
    const { revived } = await reviveChannels(model, report, { strategy, optimizer, seed, ...data });
    return revived.reduce((sum, { channels }) => sum + channels.length, 0);
  } finally {
    dispose(all ? [all.xs, all.ys] : []);
  }
}

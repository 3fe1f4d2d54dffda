import type { DeadNeuronReport } from '@relumine/core';
import { auditModel } from '@relumine/dead-neuron-metrics/layers';
import { tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Images } from './readImages';

/**
 * A report for each batch: sums that are then added in the order of the data are the same to the last bit, whoever audited
 * which batch.
 */
export async function auditBatches(
  model: LayersModel,
  { shape: [count, ...image], values }: Images,
  batchSize: number,
): Promise<DeadNeuronReport[]> {
  const size = image.reduce((product, length) => product * length, 1);
  const reports: DeadNeuronReport[] = [];
  for (let from = 0; from < count; from += batchSize) {
    const to = Math.min(count, from + batchSize);
    const batch = tensor(values.subarray(from * size, to * size), [to - from, ...image]);
    reports.push(await auditModel(model, batch, { batchSize }));
    batch.dispose();
  }
  return reports;
}

import type { DeadNeuronReport } from '@relumine/core';
import { auditModel } from '@relumine/dead-neuron-metrics/layers';
import { type ModelAndData, withModelAndImages } from './withModel';

/** Loads a model and images from files, and audits it on WASM. */
export function auditFile({ batchSize, ...files }: ModelAndData & { batchSize: number }): Promise<DeadNeuronReport> {
  return withModelAndImages(files, (model, images) => auditModel(model, images, { batchSize }));
}

import { parentPort, workerData } from 'node:worker_threads';
import type { DeadNeuronReport } from '@relumine/core';
import { auditModel } from '@relumine/dead-neuron-metrics/layers';
import { startWasm } from '@relumine/wasm-backend';
import { tensor } from '@tensorflow/tfjs-core';
import { loadModelFile } from './modelFile';

/** What a shard is given: its images, which begin at a whole batch. */
export interface ShardData {
  where: string;
  file: string;
  shape: [number, number, number, number];
  values: Float32Array;
  batchSize: number;
}

// The file that a thread of `relumine audit --shards` starts with. Each batch has its own report: sums that are added in the
// order of the data, batch by batch, are those of one pass to the last bit.
const { where, file, shape, values, batchSize } = workerData as ShardData;
await startWasm({ threads: 1 });
const model = await loadModelFile(where, file);
const [count, ...image] = shape;
const size = image.reduce((product, length) => product * length, 1);
const reports: DeadNeuronReport[] = [];
for (let from = 0; from < count; from += batchSize) {
  const to = Math.min(count, from + batchSize);
  const batch = tensor(values.subarray(from * size, to * size), [to - from, ...image]);
  reports.push(await auditModel(model, batch, { batchSize }));
  batch.dispose();
}
model.dispose();
parentPort?.postMessage(reports);

import { parentPort, workerData } from 'node:worker_threads';
import { auditBatches } from '@relumine/lab/audit';
import { startWasm } from '@relumine/wasm-backend';
import { loadModelFile } from './modelFile';

/** What a shard is given: its images, which begin at a whole batch. */
export interface ShardData {
  where: string;
  file: string;
  shape: [number, number, number, number];
  values: Float32Array;
  batchSize: number;
}

// The file that a thread of `relumine audit --shards` starts with.
const { where, file, shape, values, batchSize } = workerData as ShardData;
await startWasm({ threads: 1 });
const model = await loadModelFile(where, file);
const reports = await auditBatches(model, { shape, values }, batchSize);
model.dispose();
parentPort?.postMessage(reports);

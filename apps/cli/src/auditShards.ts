import { Worker } from 'node:worker_threads';
import type { DeadNeuronReport } from '@relumine/core';
import { type Images, mergedReport, stretches } from '@relumine/lab/audit';
import type { ShardData } from './auditWorker';

/** In the package it lies beside this file; in the repository it is the built one. */
const workerFile = (): URL =>
  new URL(import.meta.url.endsWith('.ts') ? '../dist/auditWorker.js' : './auditWorker.js', import.meta.url);

function auditShard(data: ShardData): Promise<DeadNeuronReport[]> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(workerFile(), {
      workerData: data,
      execArgv: [],
      transferList: [data.values.buffer as ArrayBuffer],
    });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`a shard's thread ended with code ${code}`)));
  });
}

/**
 * Audits a model file on several threads: each gets a stretch of whole batches. The merged report is the one-pass report to
 * the last bit.
 */
export async function auditShards(
  where: string,
  file: string,
  { shape, values }: Images,
  { batchSize, shards }: { batchSize: number; shards: number },
): Promise<DeadNeuronReport> {
  const [count, height, width, channels] = shape;
  const size = height * width * channels;
  const parts = await Promise.all(
    stretches(count, batchSize, shards).map(([from, to]) =>
      auditShard({
        ...{ where, file, batchSize },
        shape: [to - from, height, width, channels],
        values: values.slice(from * size, to * size),
      }),
    ),
  );
  return mergedReport(parts.flat(), values);
}

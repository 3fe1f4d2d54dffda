import { readFile } from 'node:fs/promises';
import { type DeadNeuronReport, invalidArgument } from '@relumine/core';
import { auditModel as auditGraph } from '@relumine/dead-neuron-metrics/graph';
import { auditModel } from '@relumine/dead-neuron-metrics/layers';
import { readReport } from '@relumine/dead-neuron-metrics/schema';
import { auditBatches, isPlainInput, mergedReport } from '@relumine/lab/audit';
import { auditByWorkers, type Workers } from './auditByWorkers';
import { auditShards } from './auditShards';
import { type ModelAndData, withAnyModelAndImages } from './withModel';

interface AuditFile extends ModelAndData {
  batchSize: number;
  /** Threads (or, over a queue, parts) that share the data. */
  shards?: number;
  /** Who audits the shards, where it is not this process. */
  workers?: Workers | undefined;
  /** A report that an earlier audit wrote. */
  reference: string | undefined;
}

async function readReference(where: string, file: string): Promise<DeadNeuronReport> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    const rule = 'must be a report that can be read, as --json writes it';
    throw invalidArgument({ where, argument: '--reference', rule, received: JSON.stringify(file), cause });
  });
  return readReport(text);
}

/** Loads a model and images from files, and audits it on WASM, on several threads where there are shards. */
export async function auditFile({
  batchSize,
  workers,
  shards = workers ? 8 : 1,
  reference,
  ...files
}: AuditFile): Promise<DeadNeuronReport> {
  const { where, file } = files;
  const earlier = reference === undefined ? undefined : await readReference(where, reference);
  // One thread each: how sums are split over threads would show in their last bit, and reports differ by machine.
  return withAnyModelAndImages({ ...files, threads: 1 }, async ({ kind, model }, images, raw) => {
    if (kind === 'graph') {
      if (shards > 1)
        throw invalidArgument({
          where,
          argument: '--shards',
          rule: 'must be 1 for a tf.GraphModel',
          received: String(shards),
          wayOut: 'Leave it out.',
        });
      return auditGraph(model, images, {
        batchSize: Math.min(batchSize, 8),
        ...(earlier && { reference: earlier }),
      });
    }
    // What is compared with a reference, and what is broken, is told from all of the data.
    if (earlier || !isPlainInput(raw))
      return auditModel(model, images, { batchSize, ...(earlier && { reference: earlier }) });
    if (workers) return auditByWorkers({ ...files, batchSize, shards, images: raw }, workers);
    if (shards > 1) return auditShards(where, file, raw, { batchSize, shards });
    return mergedReport(await auditBatches(model, raw, batchSize), raw.values);
  });
}

import { readFile } from 'node:fs/promises';
import { type DeadNeuronReport, invalidArgument } from '@relumine/core';
import { auditModel } from '@relumine/dead-neuron-metrics/layers';
import { readReport } from '@relumine/dead-neuron-metrics/schema';
import { type ModelAndData, withModelAndImages } from './withModel';

interface AuditFile extends ModelAndData {
  batchSize: number;
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

/** Loads a model and images from files, and audits it on WASM. */
export async function auditFile({ batchSize, reference, ...files }: AuditFile): Promise<DeadNeuronReport> {
  const earlier = reference === undefined ? {} : { reference: await readReference(files.where, reference) };
  return withModelAndImages(files, (model, images) => auditModel(model, images, { batchSize, ...earlier }));
}

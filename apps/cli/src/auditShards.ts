import { Worker } from 'node:worker_threads';
import type { CurvePoint, DeadNeuronReport } from '@relumine/core';
import { mergeReports } from '@relumine/dead-neuron-metrics';
import type { ShardData } from './auditWorker';
import type { Images } from './imageFile';

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

/** The reports of batches in the order of the data, as one pass over them would have told it, curve included. */
function mergeInOrder(reports: readonly DeadNeuronReport[]): DeadNeuronReport {
  const curve: CurvePoint[] = [];
  let nextPoint = 1;
  let merged: DeadNeuronReport | undefined;
  for (const report of reports) {
    merged = merged ? mergeReports(merged, report) : report;
    const { samples, summary } = merged;
    if (samples < nextPoint) continue;
    curve.push({ samples, deadChannels: summary.deadChannels });
    while (nextPoint <= samples) nextPoint *= 2;
  }
  const { samples, summary } = merged!;
  if (curve.at(-1)?.samples !== samples) curve.push({ samples, deadChannels: summary.deadChannels });
  return { ...merged!, curve };
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
  const batches = Math.ceil(count / batchSize);
  const stretches = Array.from({ length: Math.min(shards, batches) }, (_, i) => {
    const [from, to] = [i, i + 1].map((k) =>
      Math.min(count, Math.floor((k * batches) / Math.min(shards, batches)) * batchSize),
    );
    return [from!, to!] as const;
  });
  const parts = await Promise.all(
    stretches.map(([from, to]) =>
      auditShard({
        ...{ where, file, batchSize },
        shape: [to - from, height, width, channels],
        values: values.slice(from * size, to * size),
      }),
    ),
  );
  return mergedReport(parts.flat(), values);
}

/** The report of all batches; the input's sums are added value by value, as an audit does. */
export function mergedReport(reports: readonly DeadNeuronReport[], values: Float32Array): DeadNeuronReport {
  const report = mergeInOrder(reports);
  const [input] = report.inputs ?? [];
  if (!input) return report;
  let [sum, sumSquares] = [0, 0];
  for (const value of values) {
    sum += value;
    sumSquares += value * value;
  }
  return { ...report, inputs: [{ ...input, sum, sumSquares }] };
}

/** What an audit says about broken or constant input is told from all of it: such data goes in one pass. */
export function isPlainInput({ values }: Images): boolean {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (!Number.isFinite(value)) return false;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return min < max;
}

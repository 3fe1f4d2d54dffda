import { relative, resolve, sep } from 'node:path';
import { type DeadNeuronReport, invalidArgument } from '@relumine/core';
import type { Images } from '@relumine/lab/audit';
import { readSavedModel } from './modelArtifacts';
import type { ModelAndData } from './withModel';

/** Where workers get shards from, and what they tell. */
export interface Workers {
  redis: string;
  queue?: string | undefined;
  /** Where paths of data begin, here as on the workers. */
  root: string;
  onShard(done: number, shards: number): void;
  signal: AbortSignal;
}

/** The path of the data as workers know it: from their data folder on. */
function pathInRoot(where: string, root: string, data: string): string {
  if (data === 'mnist') return data;
  const path = relative(resolve(root), resolve(data));
  if (path !== '..' && !path.startsWith(`..${sep}`)) return path.split(sep).join('/') || '.';
  throw invalidArgument({
    where,
    argument: '--data',
    rule: 'must lie inside the data folder, which workers have too',
    received: JSON.stringify(data),
    wayOut: 'Name that folder by --data-root.',
  });
}

/** Audits a model file on `relumine worker` processes; the report is that of one pass, to the last bit. */
export async function auditByWorkers(
  { images, batchSize, shards, ...files }: ModelAndData & { images: Images; batchSize: number; shards: number },
  { redis, queue, root, onShard, signal }: Workers,
): Promise<DeadNeuronReport> {
  const { where, file, data, limit, onCorrupt } = files;
  const path = pathInRoot(where, root, data);
  const { artifacts } = await readSavedModel(where, file);
  const { auditOverQueue } = await import('@relumine/lab/queue');
  return auditOverQueue({
    redisUrl: redis,
    ...(queue === undefined ? {} : { queue }),
    ...(onCorrupt === undefined ? {} : { onCorrupt }),
    ...{ model: artifacts, data: path, limit, images, batchSize, shards, onShard, signal },
  });
}

import { createHash, randomUUID } from 'node:crypto';
import { type DeadNeuronReport, requirePositiveInteger } from '@relumine/core';
import type { io } from '@tensorflow/tfjs-core';
import { imagesDigest, imagesOf } from '../audit/auditShard';
import { mergedReport } from '../audit/mergedReport';
import { packModel, unpackReports } from '../audit/packed';
import type { Images } from '../audit/readImages';
import type { ShardSpec } from '../audit/shard';
import { stretches } from '../audit/stretches';
import { keyOf } from '../sweep/plan';
import { versions } from '../versions';
import type { ConnectionOptions } from './connection';
import { coordinate } from './coordinate';
import { defaultQueue, modelKeyOf } from './jobs';

/** Options of `auditOverQueue`. */
export interface QueueAuditOptions extends ConnectionOptions {
  /** A tf.LayersModel, as a load handler of tfjs gives it. It travels to the workers by Redis. */
  model: io.ModelArtifacts;
  /** Where workers find the images: `mnist`, or a path in their data folder. */
  data: string;
  /** The first so many images. */
  limit: number;
  /** Those images, as `readImages` read them here. */
  images: Images;
  /** What happens to a picture that is none; `error` unless given. */
  onCorrupt?: 'error' | 'skip';
  batchSize: number;
  /** Parts of whole batches that workers take. */
  shards: number;
  /** The name that this program and the workers share; `relumine` unless given. */
  queue?: string;
  /** How often a shard is tried before the audit fails; 2 unless given. */
  attempts?: number;
  /** Seconds without Redis after which the audit ends; 300 unless given. */
  reconnectFor?: number;
  /** Seconds between looks at what may have been missed; 5 unless given. */
  checkEvery?: number;
  onShard?: (done: number, shards: number) => void;
  signal?: AbortSignal | undefined;
}

const where = 'lab/auditOverQueue';
/** A model that an audit left behind, because it was killed, goes after a week. */
const keepFor = 7 * 24 * 3600;

/**
 * Audits a network on any number of `relumine worker` processes: each shard is a stretch of whole batches, and a shard whose
 * worker dies is done by another. The merged report is that of one pass on this machine, to the last bit.
 *
 * @throws RangeError for wrong options, and where no Redis answers; Error where a shard failed in every attempt
 */
export async function auditOverQueue(options: QueueAuditOptions): Promise<DeadNeuronReport> {
  const { model, data, limit, images, onCorrupt = 'error', batchSize, shards, onShard, ...rest } = options;
  const { queue = defaultQueue, attempts = 2, reconnectFor = 300, checkEvery = 5 } = rest;
  requirePositiveInteger(where, 'options.batchSize', batchSize);
  requirePositiveInteger(where, 'options.shards', shards);
  requirePositiveInteger(where, 'options.attempts', attempts);
  const packed = packModel(model);
  const digest = createHash('sha256').update(packed).digest('hex').slice(0, 16);
  const name = modelKeyOf(`${digest}:${randomUUID()}`);
  const using = versions();
  const specs = stretches(images.shape[0], batchSize, shards).map((stretch): ShardSpec => {
    const seen = imagesDigest(imagesOf(images, stretch));
    const key = keyOf({ model: digest, images: seen, stretch, batchSize, data, limit, onCorrupt, using });
    return { key, shard: { model: name, data, limit, onCorrupt, stretch, batchSize, digest: seen } };
  });
  const found = new Map<string, DeadNeuronReport[]>();
  let i = 0;
  const coordinated = { ...rest, queue, attempts, ahead: specs.length, reconnectFor, checkEvery };
  await coordinate<ShardSpec>(where, coordinated, async (client) => {
    await client.set(name, packed, 'EX', keepFor);
    return {
      next: () => specs[i++],
      async onResult(entry) {
        if ('error' in entry) throw new Error(`[relumine/${where}] A shard failed: ${entry.error}`);
        found.set(entry.key, unpackReports(entry.run.reports));
        onShard?.(found.size, specs.length);
      },
      end: () => client.del(name),
    };
  });
  return mergedReport(
    specs.flatMap(({ key }) => found.get(key)!),
    images.values,
  );
}

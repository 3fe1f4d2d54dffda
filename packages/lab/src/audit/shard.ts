import type { Stretch } from './stretches';

/** A part of an audit, as it lies in the queue: whoever takes it has the images, and gets the model. */
export interface ShardSpec {
  /** Equal for equal shards: the same model, images, batches and versions. */
  key: string;
  shard: {
    /** Under which key of Redis the model is. */
    model: string;
    /** `mnist`, or a path in the data folder. */
    data: string;
    limit: number;
    onCorrupt: 'error' | 'skip';
    stretch: Stretch;
    batchSize: number;
    /** Of the very images: a worker that finds others refuses the shard. */
    digest: string;
  };
}

/** What a shard found: the reports of its batches, as JSON, packed. */
export interface ShardResult {
  reports: string;
}

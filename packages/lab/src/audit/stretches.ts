/** The ends of one shard's images: from the first, up to but without the second. */
export type Stretch = readonly [from: number, to: number];

/** Cuts `count` images into `shards` stretches of whole batches, as equal as can be; fewer where there are fewer batches. */
export function stretches(count: number, batchSize: number, shards: number): Stretch[] {
  const batches = Math.ceil(count / batchSize);
  const parts = Math.min(shards, batches);
  const end = (i: number): number => Math.min(count, Math.floor((i * batches) / parts) * batchSize);
  return Array.from({ length: parts }, (_, i) => [end(i), end(i + 1)] as const);
}

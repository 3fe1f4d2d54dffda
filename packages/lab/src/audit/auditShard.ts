import { createHash } from 'node:crypto';
import { registerActivationLayers } from '@relumine/activations/layers';
import { describe } from '@relumine/core';
import { registerSpectralNormalization } from '@relumine/spectral-norm/layers';
import { startWasm } from '@relumine/wasm-backend';
import { io } from '@tensorflow/tfjs-core';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
import { insideRoot } from '../data/insideRoot';
import { auditBatches } from './auditBatches';
import { packReports, unpackModel } from './packed';
import { type Images, readImages } from './readImages';
import type { ShardResult, ShardSpec } from './shard';

const where = 'lab/auditShard';

/** A name for some images, as the model gets them. */
export function imagesDigest({ shape, values }: Images): string {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return createHash('sha256').update(JSON.stringify(shape)).update(bytes).digest('hex').slice(0, 16);
}

/** The images of a stretch; they share their memory with all. */
export function imagesOf(
  { shape: [, height, width, channels], values }: Images,
  [from, to]: readonly number[],
): Images {
  const size = height * width * channels;
  return { shape: [to! - from!, height, width, channels], values: values.subarray(from! * size, to! * size) };
}

/** The images that were read last: the next shard is most often of the same. */
let known: { key: string; images: Promise<Images> } | undefined;

function imagesFrom(
  { data, limit, onCorrupt }: ShardSpec['shard'],
  root: string,
  expected: readonly (number | null)[],
): Promise<Images> {
  const key = JSON.stringify([data, limit, onCorrupt, root, expected]);
  if (known?.key === key) return known.images;
  const read = async (): Promise<Images> => {
    const source = data === 'mnist' ? data : await insideRoot(where, 'data', root, data);
    return readImages(where, source, { limit, expected, onCorrupt });
  };
  const images = read();
  known = { key, images };
  // What failed is tried again the next time.
  images.catch(() => {
    known = undefined;
  });
  return images;
}

/** Audits one shard on this thread's WASM. */
export async function auditShard({ shard }: ShardSpec, root: string, model: Uint8Array): Promise<ShardResult> {
  await startWasm({ threads: 1 });
  registerActivationLayers();
  registerSpectralNormalization();
  const network = await loadLayersModel(io.fromMemory(unpackModel(model)));
  try {
    const expected = (network.inputs[0]?.shape ?? []).slice(1);
    const images = imagesOf(await imagesFrom(shard, root, expected), shard.stretch);
    const digest = imagesDigest(images);
    if (digest !== shard.digest)
      throw new Error(
        `[relumine/${where}] The images here are not those of the audit: digest ${describe(digest)}, expected ${describe(shard.digest)}. Give this worker the same data folder.`,
      );
    return { reports: packReports(await auditBatches(network, images, shard.batchSize)) };
  } finally {
    network.dispose();
  }
}

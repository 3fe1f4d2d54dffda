import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { dispose, io, type Optimizer, type Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/** Where the state of a run is kept between its epochs. */
export interface CheckpointStore {
  load(): Promise<Uint8Array | undefined>;
  save(bytes: Uint8Array): Promise<void>;
  clear(): Promise<void>;
}

const magic = 'RELUMINE CHECKPOINT 1\n';

/** One file per run, synced and then renamed, so that a kill leaves the last whole state. */
export function fileStore(folder: string, key: string): CheckpointStore {
  const file = join(folder, `${key}.checkpoint`);
  return {
    load: () => readFile(file).catch(() => undefined),
    async save(bytes) {
      await mkdir(folder, { recursive: true });
      const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`;
      try {
        const handle = await open(temporary, 'w');
        try {
          await handle.writeFile(bytes);
          await handle.sync();
        } finally {
          await handle.close();
        }
        await rename(temporary, file);
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      }
    },
    clear: () => rm(file, { force: true }),
  };
}

/** Layers that draw random numbers in training count their draws; a run that goes on must go on counting. */
const drawing = (model: LayersModel): { draws: number }[] =>
  model.layers.filter((layer) => 'draws' in layer && typeof layer.draws === 'number') as unknown as { draws: number }[];

type Named = { name: string; tensor: Tensor };

/** Everything that training changes, with `progress` beside it: weights, the optimiser's moments, draws. */
export async function takeCheckpoint(
  model: LayersModel,
  optimizer: Optimizer,
  progress: { key: string },
): Promise<Uint8Array> {
  const weights = model.getWeights().map((tensor, i): Named => ({ name: `w${i}`, tensor: tensor as Tensor }));
  const moments = (await optimizer.getWeights()) as Named[];
  const { data, specs } = await io.encodeWeights([
    ...weights,
    ...moments.map(({ tensor }, i) => ({ name: `m${i}`, tensor })),
  ]);
  // The first of an optimiser's weights is its count of steps, made for the occasion.
  dispose(moments[0]?.tensor ?? []);
  const header = JSON.stringify({
    specs,
    weights: weights.length,
    names: moments.map(({ name }) => name),
    draws: drawing(model).map(({ draws }) => draws),
    bytes: data.byteLength,
    progress,
  });
  return Buffer.concat([Buffer.from(`${magic}${Buffer.byteLength(header)}\n${header}`), new Uint8Array(data)]);
}

interface Header {
  specs: io.WeightsManifestEntry[];
  weights: number;
  names: string[];
  draws: number[];
  bytes: number;
  progress: { key: string };
}

/** The parts of a checkpoint; undefined for bytes that are none, or not whole. */
function parse(bytes: Uint8Array): { header: Header; data: ArrayBuffer } | undefined {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = file.indexOf(10, magic.length);
  if (file.subarray(0, magic.length).toString() !== magic || end < 0) return undefined;
  const from = end + 1 + Number(file.subarray(magic.length, end).toString());
  try {
    const header = JSON.parse(file.subarray(end + 1, from).toString()) as Header;
    if (file.length !== from + header.bytes) return undefined;
    return { header, data: Uint8Array.from(file.subarray(from)).buffer };
  } catch {
    return undefined;
  }
}

/**
 * Puts a model and its optimiser where they were when the checkpoint was taken: training goes on bit for bit.
 *
 * @param key what the progress must bear, so that no run goes on from another's state
 * @returns the progress that was stored; undefined, and nothing changed, where the bytes are no checkpoint of this run
 */
export async function restoreCheckpoint(
  model: LayersModel,
  optimizer: Optimizer,
  bytes: Uint8Array,
  key: string,
): Promise<{ key: string } | undefined> {
  const parts = parse(bytes);
  if (parts?.header.progress.key !== key) return undefined;
  const { header, data } = parts;
  const tensors = io.decodeWeights(data, header.specs) as Record<string, Tensor>;
  try {
    model.setWeights(Array.from({ length: header.weights }, (_, i) => tensors[`w${i}`]!));
    await optimizer.setWeights(header.names.map((name, i) => ({ name, tensor: tensors[`m${i}`]! })) as never);
    for (const [i, layer] of drawing(model).entries()) layer.draws = header.draws[i] ?? 0;
    return header.progress;
  } finally {
    dispose(Object.values(tensors));
  }
}

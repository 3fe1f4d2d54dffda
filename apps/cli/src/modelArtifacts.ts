import { readFile } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { invalidArgument } from '@relumine/core';
import type { io } from '@tensorflow/tfjs-core';

interface ModelJson {
  format?: string;
  modelTopology?: object & { node?: unknown };
  weightsManifest?: { paths: string[]; weights: io.WeightsManifestEntry[] }[];
  signature?: object;
}

/** A saved model, read but not built yet. */
export interface SavedModel {
  kind: 'layers' | 'graph';
  artifacts: io.ModelArtifacts;
}

/** An error about a model's file. */
export const refuseModel = (where: string, file: string, rule: string, cause?: unknown): Error =>
  invalidArgument({ where, argument: 'model', rule, received: JSON.stringify(file), cause });

/** Weight files lie beside their model.json or below it; a manifest that points elsewhere is not followed. */
function inside(where: string, folder: string, path: string): string {
  const file = resolve(folder, path);
  const from = relative(folder, file);
  if (from !== '' && !from.startsWith('..')) return file;
  throw refuseModel(where, path, 'must have its weight files in its own folder');
}

/**
 * Reads a `model.json` and its weight files. A tf.GraphModel has a list of nodes for topology.
 *
 * @throws RangeError where a file is missing, is no saved model, or weights lie outside the model's folder
 */
export async function readSavedModel(where: string, file: string): Promise<SavedModel> {
  const refuse = (rule: string, cause?: unknown): Error => refuseModel(where, file, rule, cause);
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw refuse('must be a model.json that can be read', cause);
  });
  let json: ModelJson;
  try {
    json = JSON.parse(text) as ModelJson;
  } catch (cause) {
    throw refuse('must be a model.json, which holds JSON', cause);
  }
  if (!json?.modelTopology || !Array.isArray(json.weightsManifest))
    throw refuse('must be the model.json of a saved model, with modelTopology and weightsManifest');
  const folder = dirname(resolve(file));
  const paths = json.weightsManifest.flatMap((group) => group.paths.map((path) => inside(where, folder, path)));
  const buffers = await Promise.all(paths.map((path) => readFile(path))).catch((cause: unknown) => {
    throw refuse('must have its weight files beside it', cause);
  });
  const { modelTopology, signature } = json;
  return {
    kind: json.format === 'graph-model' || Array.isArray(modelTopology.node) ? 'graph' : 'layers',
    artifacts: {
      modelTopology,
      weightSpecs: json.weightsManifest.flatMap((group) => group.weights),
      weightData: new Uint8Array(Buffer.concat(buffers)).buffer,
      ...(signature && { signature }),
    },
  };
}

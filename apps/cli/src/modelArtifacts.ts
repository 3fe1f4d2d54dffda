import { readFile } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { io } from '@tensorflow/tfjs-core';
import { readByHandler, schemeOf } from './modelHandler';
import { refuseModel, type SavedModel } from './savedModel';

interface ModelJson {
  format?: string;
  modelTopology?: object & { node?: unknown };
  weightsManifest?: { paths: string[]; weights: io.WeightsManifestEntry[] }[];
  signature?: object;
}

/** Weight files lie beside their model.json or below it; a manifest that points elsewhere is not followed. */
function inside(where: string, folder: string, path: string): string {
  const file = resolve(folder, path);
  const from = relative(folder, file);
  if (from !== '' && !from.startsWith('..')) return file;
  throw refuseModel(where, path, 'must have its weight files in its own folder');
}

/**
 * Reads a model from the path of its `model.json`, or from its address (`file://…`, `https://…`, or of any other handler of
 * tfjs). A tf.GraphModel has a list of nodes for topology.
 *
 * @throws RangeError where a file is missing, is no saved model, or weights lie outside the model's folder
 */
export function readSavedModel(where: string, model: string): Promise<SavedModel> {
  const scheme = schemeOf(model);
  if (scheme === undefined) return readFolder(where, model);
  return scheme.toLowerCase() === 'file' ? readFolder(where, pathOf(where, model)) : readByHandler(where, model);
}

function pathOf(where: string, address: string): string {
  try {
    return fileURLToPath(address);
  } catch (cause) {
    throw refuseModel(
      where,
      address,
      'must be the address of a file of this machine, such as file:///models/model.json',
      cause,
    );
  }
}

async function readFolder(where: string, file: string): Promise<SavedModel> {
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

import { readFile } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { registerActivationLayers } from '@relumine/activations/layers';
import { invalidArgument } from '@relumine/core';
import { registerSpectralNormalization } from '@relumine/spectral-norm/layers';
import { io } from '@tensorflow/tfjs-core';
import { type LayersModel, loadLayersModel } from '@tensorflow/tfjs-layers';

interface ModelJson {
  modelTopology?: object;
  weightsManifest?: { paths: string[]; weights: io.WeightsManifestEntry[] }[];
}

/** Weight files lie beside their model.json or below it; a manifest that points elsewhere is not followed. */
function inside(where: string, folder: string, path: string): string {
  const file = resolve(folder, path);
  const from = relative(folder, file);
  if (from !== '' && !from.startsWith('..')) return file;
  const rule = 'must have its weight files in its own folder';
  throw invalidArgument({ where, argument: 'model', rule, received: JSON.stringify(path) });
}

/**
 * Loads a tf.LayersModel from its `model.json`, Relumine's layers included.
 *
 * @throws RangeError where a file is missing, is no model of layers, or weights lie outside the model's folder
 */
export async function loadModelFile(where: string, file: string): Promise<LayersModel> {
  registerActivationLayers();
  registerSpectralNormalization();
  const refuse = (rule: string, cause?: unknown): Error =>
    invalidArgument({ where, argument: 'model', rule, received: JSON.stringify(file), cause });
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
    throw refuse('must be the model.json of a tf.LayersModel, with modelTopology and weightsManifest');
  const folder = dirname(resolve(file));
  const paths = json.weightsManifest.flatMap((group) => group.paths.map((path) => inside(where, folder, path)));
  const buffers = await Promise.all(paths.map((path) => readFile(path))).catch((cause: unknown) => {
    throw refuse('must have its weight files beside it', cause);
  });
  const weights = new Uint8Array(Buffer.concat(buffers));
  const artifacts: io.ModelArtifacts = {
    modelTopology: json.modelTopology,
    weightSpecs: json.weightsManifest.flatMap((group) => group.weights),
    weightData: weights.buffer,
  };
  try {
    return await loadLayersModel(io.fromMemory(artifacts));
  } catch (cause) {
    throw refuse(`must be a tf.LayersModel that loads (${cause instanceof Error ? cause.message : cause})`, cause);
  }
}

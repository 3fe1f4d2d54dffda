import { registerActivationLayers } from '@relumine/activations/layers';
import { registerSpectralNormalization } from '@relumine/spectral-norm/layers';
import { type GraphModel, loadGraphModel } from '@tensorflow/tfjs-converter';
import { io } from '@tensorflow/tfjs-core';
import { type LayersModel, loadLayersModel } from '@tensorflow/tfjs-layers';
import { readSavedModel } from './modelArtifacts';
import { refuseModel } from './savedModel';

/** A model from a file, by what it is made of. */
export type AnyModel = { kind: 'layers'; model: LayersModel } | { kind: 'graph'; model: GraphModel };

/** Why tfjs could not load it; what it says about registering classes is for programs, not for a command line. */
function reasonOf(cause: unknown): string {
  const [first] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
  const unknown = /^Unknown layer: (.+?)\. /.exec(first!);
  if (!unknown) return first!;
  return `its layer class ${unknown[1]} is neither tfjs's nor Relumine's; audit it from a program that registers the class`;
}

/**
 * Loads a tf.LayersModel, Relumine's layers included, or a tf.GraphModel from the path or address of its `model.json`. The caller disposes it.
 *
 * @throws RangeError where a file is missing, is no model, or weights lie outside the model's folder
 */
export async function loadAnyModelFile(where: string, file: string): Promise<AnyModel> {
  registerActivationLayers();
  registerSpectralNormalization();
  const { kind, artifacts } = await readSavedModel(where, file);
  try {
    if (kind === 'graph') return { kind, model: await loadGraphModel(io.fromMemory(artifacts)) };
    return { kind, model: await loadLayersModel(io.fromMemory(artifacts)) };
  } catch (cause) {
    const what = kind === 'graph' ? 'GraphModel' : 'LayersModel';
    throw refuseModel(where, file, `must be a tf.${what} that loads (${reasonOf(cause)})`, cause);
  }
}

/**
 * Loads a tf.LayersModel from the path or address of its `model.json`, Relumine's layers included. The caller disposes it.
 *
 * @throws RangeError as {@link loadAnyModelFile}, and where it is a GraphModel
 */
export async function loadModelFile(where: string, file: string): Promise<LayersModel> {
  const { kind, model } = await loadAnyModelFile(where, file);
  if (kind === 'layers') return model;
  model.dispose();
  throw refuseModel(where, file, 'must be a tf.LayersModel; of a tf.GraphModel there is the audit alone');
}

import type { io } from '@tensorflow/tfjs-core';
import type { Dropped } from './dropped';
import { limits } from './limits';
import { type ModelJson, readModelJson } from './modelJson';
import { problem, shown } from './problem';
import type { SortedFiles } from './sortFiles';

/** A model that is whole: its checked description and its weight files, in order. */
export interface FoundModel {
  name: string;
  json: ModelJson;
  weights: File[];
}

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);
const baseOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
const listed = (names: readonly string[]): string =>
  shown(names.slice(0, 5).join(', ') + (names.length > 5 ? ` … (${names.length})` : ''));

/** The one model.json of the files: of that name, or the one JSON file that is a model. */
function chooseJson({ json, keras, rest, images, idx }: SortedFiles): Dropped {
  const named = json.filter(({ path }) => baseOf(path).toLowerCase() === 'model.json');
  const candidates = named.length > 0 ? named : json;
  if (candidates.length > 1) throw problem('severalModels', { names: listed(candidates.map(({ path }) => path)) });
  const [only] = candidates;
  if (only) return only;
  if (keras[0]) throw problem('kerasFile', { name: shown(baseOf(keras[0].path)) });
  throw problem('noModel', { names: listed([...rest, ...images, ...idx].map(({ path }) => path)) });
}

/**
 * Finds the model among the files and checks it: its description, and that its weight files are there with the bytes that
 * it names. No weight is read.
 *
 * @throws AuditProblem that says what is wrong
 */
export async function findModel(files: SortedFiles): Promise<FoundModel> {
  const { path, file } = chooseJson(files);
  const name = shown(path);
  if (file.size > limits.jsonBytes) throw problem('jsonTooLarge', { name, bytes: file.size, limit: limits.jsonBytes });
  const json = readModelJson(name, await file.text());
  const weights = weightFiles(json, folderOf(path), [...files.rest, ...files.idx]);
  const received = weights.reduce((sum, { size }) => sum + size, 0);
  if (received > limits.weightBytes) throw problem('weightsTooLarge', { bytes: received, limit: limits.weightBytes });
  if (json.weightBytes !== undefined && json.weightBytes !== received)
    throw problem('weightsSize', { expected: json.weightBytes, received });
  return { name, json, weights };
}

/** Each weight file by its path from the model.json; or, where files came without folders, by its name. */
function weightFiles(json: ModelJson, folder: string, files: readonly Dropped[]): File[] {
  const byPath = new Map(files.map(({ path, file }) => [path, file]));
  const byName = new Map(files.map(({ path, file }) => [baseOf(path), file]));
  const found = json.paths.map((path) => byPath.get(folder + path) ?? byName.get(baseOf(path)));
  const missing = json.paths.filter((_, i) => !found[i]);
  if (missing.length > 0) throw problem('missingWeights', { names: listed(missing) });
  return found as File[];
}

/** Reads the weights: what tfjs loads a model from. */
export async function artifactsOf({ json, weights }: FoundModel): Promise<io.ModelArtifacts> {
  const weightData = await new Blob(weights).arrayBuffer();
  return { modelTopology: json.topology, weightSpecs: json.specs, weightData, ...json.extras };
}

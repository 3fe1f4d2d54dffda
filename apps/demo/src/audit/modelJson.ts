import type { io } from '@tensorflow/tfjs-core';
import { limits } from './limits';
import { problem, shown } from './problem';

/** A model.json whose weights manifest has been checked. */
export interface ModelJson {
  kind: 'layers' | 'graph';
  topology: object;
  /** Fields that a graph may need beside its topology. */
  extras: Pick<io.ModelArtifacts, 'signature' | 'userDefinedMetadata' | 'modelInitializer' | 'initializerSignature'>;
  paths: string[];
  specs: io.WeightsManifestEntry[];
  /** Bytes that the weight files must have together; `undefined` where text tensors have a length of their own. */
  weightBytes: number | undefined;
  /** Numbers that the weights hold. */
  weightValues: number;
}

/** Whether brackets are nested deeper than `depth`: what recursive code would run out of stack on. */
export function deeperThan(text: string, depth: number): boolean {
  let open = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 34) {
      for (i++; i < text.length && text.charCodeAt(i) !== 34; i++) if (text.charCodeAt(i) === 92) i++;
    } else if (code === 91 || code === 123) {
      if (++open > depth) return true;
    } else if (code === 93 || code === 125) open--;
  }
  return false;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Reads the text of a model.json: which kind of model, and a manifest of which every entry has a shape, a known dtype and
 * a path below the file's own folder.
 *
 * @throws AuditProblem that says what is wrong
 */
export function readModelJson(name: string, text: string): ModelJson {
  if (text.length > limits.jsonBytes)
    throw problem('jsonTooLarge', { name, bytes: text.length, limit: limits.jsonBytes });
  if (deeperThan(text, limits.jsonDepth)) throw problem('jsonTooDeep', { name, limit: limits.jsonDepth });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw problem('notJson', { name }, cause);
  }
  if (!isObject(json) || !isObject(json.modelTopology)) throw problem('notAModel', { name });
  const topology = json.modelTopology;
  const isGraph = json.format === 'graph-model' || Array.isArray(topology.node);
  const isLayers = 'class_name' in topology || 'model_config' in topology;
  if (!isGraph && !isLayers) throw problem('notAModel', { name });
  const manifest = json.weightsManifest ?? [];
  if (!Array.isArray(manifest)) throw problem('badManifest', { detail: 'weightsManifest' });
  const paths: string[] = [];
  const specs: io.WeightsManifestEntry[] = [];
  for (const [i, group] of manifest.entries()) {
    if (!isObject(group) || !Array.isArray(group.paths) || !Array.isArray(group.weights))
      throw problem('badManifest', { detail: `weightsManifest[${i}]` });
    paths.push(...group.paths.map(insidePath));
    specs.push(...(group.weights as io.WeightsManifestEntry[]));
  }
  const sizes = specs.map((spec, i) => sizeOf(spec, i));
  const weightBytes = sizes.reduce<number | undefined>(
    (sum, { bytes }) => (sum === undefined || bytes === undefined ? undefined : sum + bytes),
    0,
  );
  if ((weightBytes ?? 0) > limits.weightBytes)
    throw problem('weightsTooLarge', { bytes: weightBytes ?? 0, limit: limits.weightBytes });
  const { signature, userDefinedMetadata, modelInitializer, initializerSignature } = json;
  return {
    kind: isGraph ? 'graph' : 'layers',
    topology,
    extras: { signature, userDefinedMetadata, modelInitializer, initializerSignature } as ModelJson['extras'],
    paths,
    specs,
    weightBytes,
    weightValues: sizes.reduce((sum, { values }) => sum + values, 0),
  };
}

/** The path of a weight file if it stays below its model.json. */
function insidePath(path: unknown): string {
  const parts = typeof path === 'string' ? path.replace(/^\.\//, '').split('/') : [];
  const strange = parts.some((part) => part === '' || part === '.' || part === '..' || /[\\:\0]/.test(part));
  if (parts.length === 0 || strange) throw problem('pathOutside', { path: shown(path) });
  return parts.join('/');
}

const bytesPerValue: Readonly<Record<string, number>> = {
  float32: 4,
  int32: 4,
  bool: 1,
  complex64: 8,
  uint8: 1,
  uint16: 2,
  float16: 2,
};

function sizeOf(spec: unknown, index: number): { values: number; bytes: number | undefined } {
  const bad = (what: string): Error =>
    problem('badManifest', { detail: `weights[${index}].${what}${isObject(spec) ? ` (${shown(spec.name)})` : ''}` });
  if (!isObject(spec) || typeof spec.name !== 'string') throw bad('name');
  const { shape, dtype, quantization } = spec;
  if (!Array.isArray(shape) || !shape.every((n) => Number.isInteger(n) && n >= 0)) throw bad('shape');
  const values = (shape as number[]).reduce((product, n) => product * n, 1);
  if (values > limits.weightBytes) throw problem('weightsTooLarge', { bytes: 4 * values, limit: limits.weightBytes });
  if (dtype === 'string') return { values, bytes: undefined };
  const stored = isObject(quantization) ? quantization.dtype : dtype;
  const each = bytesPerValue[String(stored)];
  if (each === undefined || bytesPerValue[String(dtype)] === undefined) throw bad('dtype');
  return { values, bytes: values * each };
}

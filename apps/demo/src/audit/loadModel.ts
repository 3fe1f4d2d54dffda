import { registerActivationLayers } from '@relumine/activations/layers';
import { registerSpectralNormalization } from '@relumine/spectral-norm/layers';
import { type GraphModel, loadGraphModel } from '@tensorflow/tfjs-converter';
import { io } from '@tensorflow/tfjs-core';
import { type LayersModel, loadLayersModel } from '@tensorflow/tfjs-layers';
import { withinWeights } from './guards';
import { limits } from './limits';
import { artifactsOf, type FoundModel } from './modelFiles';
import { AuditProblem, problem, problemOf } from './problem';

export type LoadedModel = { kind: 'layers'; model: LayersModel } | { kind: 'graph'; model: GraphModel };

/** Loads a model that `findModel` has checked, Relumine's own layers included. @throws AuditProblem where it does not load */
export async function loadModel(found: FoundModel): Promise<LoadedModel> {
  try {
    const artifacts = await artifactsOf(found);
    if (found.json.kind === 'graph') return { kind: 'graph', model: await loadGraphModel(io.fromMemory(artifacts)) };
    registerActivationLayers();
    registerSpectralNormalization();
    const load = (): Promise<LayersModel> => loadLayersModel(io.fromMemory(artifacts));
    return { kind: 'layers', model: await withinWeights(found.json.weightValues, load) };
  } catch (cause) {
    throw new AuditProblem(problemOf(cause, 'doesNotLoad'), cause);
  }
}

/** The one input's shape, the batch first. @throws AuditProblem for several inputs */
export function inputShapeOf({ model }: LoadedModel): readonly (number | null)[] | undefined {
  if (model.inputs.length !== 1) throw problem('severalInputs', { count: model.inputs.length });
  return model.inputs[0]!.shape;
}

interface Shaped {
  outputShape?: unknown;
  layers?: Shaped[];
}

/** Numbers that one sample makes in all layers of a LayersModel; open axes count with the size of the input's. */
export function valuesPerSample({ kind, model }: LoadedModel, side: number): number {
  if (kind === 'graph') return 0;
  const product = (shape: unknown): number =>
    Array.isArray(shape) ? (shape.slice(1) as (number | null)[]).reduce<number>((size, n) => size * (n ?? side), 1) : 0;
  const sum = ({ outputShape, layers }: Shaped): number => {
    const own = Array.isArray(outputShape) && Array.isArray(outputShape[0]) ? outputShape : [outputShape];
    const inner = (layers ?? []).reduce((total, layer) => total + sum(layer), 0);
    return inner + own.reduce<number>((total, shape) => total + product(shape), 0);
  };
  return model.layers.reduce((total, layer) => total + sum(layer as unknown as Shaped), 0);
}

/** Samples per forward pass: as many as stay far from the limit, 32 at most. */
export function batchSizeFor(values: number): number {
  if (values > limits.valuesPerSample) throw problem('samplesTooLarge', { values, limit: limits.valuesPerSample });
  return Math.max(1, Math.min(32, Math.floor(limits.valuesPerSample / 4 / Math.max(1, values))));
}

import { describe, invalidArgument } from '@relumine/core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/** Refuses what has no layers to look at, such as a GraphModel. */
export function requireLayersModel(where: string, model: unknown): asserts model is LayersModel {
  if (Array.isArray((model as Partial<LayersModel> | null | undefined)?.layers)) return;
  throw invalidArgument({
    where,
    argument: 'model',
    rule: 'must be a LayersModel',
    received: describe(model),
    wayOut: "For a GraphModel, import from '@relumine/dead-neuron-metrics/graph'.",
    type: TypeError,
  });
}

import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Layer, Node, Symbolic } from './layerFields';

/** One use of a layer in a model's graph. */
export interface Use {
  layer: Layer;
  node: Node;
  /** Names of the nested models that lead to the layer, outermost first. */
  path: readonly string[];
}

const isModel = (layer: Layer): boolean => {
  const like = layer as unknown as { layers?: unknown; inputs?: unknown; outputs?: unknown };
  return Array.isArray(like.layers) && Array.isArray(like.inputs) && Array.isArray(like.outputs);
};

/**
 * Evaluates a model's graph, nested models included, in any domain: `visit` says what one use of a layer makes of its
 * inputs. Inputs come before what they feed; a shared layer is visited once for each use.
 *
 * @returns the values of the model's outputs
 */
export function walk<T>(
  model: LayersModel,
  inputs: readonly T[],
  visit: (use: Use, inputs: T[]) => T[],
  path: readonly string[] = [],
): T[] {
  const values = new Map<number, T>();
  const visited = new Map<Node, T[]>();
  for (const [i, symbol] of model.inputs.entries()) values.set(symbol.id, inputs[i]!);

  const evaluate = (symbol: Symbolic): T => {
    const known = values.get(symbol.id);
    if (known !== undefined) return known;
    const layer = symbol.sourceLayer;
    const node = layer.inboundNodes[symbol.nodeIndex]!;
    const outputs = visited.get(node) ?? run(layer, node);
    visited.set(node, outputs);
    const value = outputs[symbol.tensorIndex]!;
    values.set(symbol.id, value);
    return value;
  };
  const run = (layer: Layer, node: Node): T[] => {
    const arguments_ = node.inputTensors.map(evaluate);
    if (!isModel(layer)) return visit({ layer, node, path }, arguments_);
    return walk(layer as unknown as LayersModel, arguments_, visit, [...path, layer.name]);
  };
  return model.outputs.map(evaluate);
}

/** The layer that owns the kernel behind a use: itself, or the nearest before it; itself again where there is none. */
export function kernelOwner({ layer, node }: Use): Layer {
  const hasKernel = (l: Layer): boolean => l.weights.some((w) => /kernel/.test(w.originalName));
  let [current, at] = [layer, node];
  while (!hasKernel(current) && at.inputTensors.length === 1) {
    const symbol = at.inputTensors[0]!;
    const next = symbol.sourceLayer;
    const nextNode = next.inboundNodes[symbol.nodeIndex];
    if (!nextNode || next === current) break;
    [current, at] = [next, nextNode];
  }
  return hasKernel(current) ? current : layer;
}

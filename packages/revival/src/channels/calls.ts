import type { LayersModel, layers, SymbolicTensor } from '@tensorflow/tfjs-layers';

type Layer = layers.Layer;

/** One use of a layer inside a model: the symbolic tensors that go in and come out. */
export interface LayerCall {
  readonly layer: Layer;
  readonly inputs: readonly SymbolicTensor[];
  readonly outputs: readonly SymbolicTensor[];
}

interface GraphNode {
  inputTensors: SymbolicTensor[];
  outputTensors: SymbolicTensor[];
}

/** tfjs-layers marks these as internal in its types; they are the graph that its own executor walks. */
interface TensorSource {
  sourceLayer: Layer & { inboundNodes: GraphNode[] };
  nodeIndex?: number;
}

/**
 * The layer calls of a model in an order in which every tensor is made before it is read. Walks back from the outputs,
 * so nodes that belong to other models of the same layers are left out.
 */
export function layerCalls(model: LayersModel): LayerCall[] {
  const calls: LayerCall[] = [];
  const seen = new Set<GraphNode>();
  const visit = (tensor: SymbolicTensor): void => {
    const { sourceLayer, nodeIndex = 0 } = tensor as unknown as TensorSource;
    const node = sourceLayer.inboundNodes[nodeIndex];
    if (!node || seen.has(node)) return;
    seen.add(node);
    // An input layer's node names its own output as its input.
    const inputs = node.inputTensors.filter((input) => !node.outputTensors.includes(input));
    for (const input of inputs) visit(input);
    calls.push({ layer: sourceLayer, inputs, outputs: node.outputTensors });
  };
  for (const output of model.outputs) visit(output);
  return calls;
}

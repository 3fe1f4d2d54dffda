import { dataInputs, encoded, type GraphDef, isControl, type NodeDef, text } from './graphDef';

const fusedNodes: ReadonlySet<string> = new Set(['_FusedConv2D', 'FusedDepthwiseConv2dNative', '_FusedMatMul']);

/** A fused node's parts by their names in `fused_ops`; undefined for any other node. */
function fusedOps(node: NodeDef): string[] | undefined {
  return fusedNodes.has(node.op) ? (node.attr?.fused_ops?.list?.s ?? []).map(text) : undefined;
}

const notActivations: ReadonlySet<string> = new Set(['BiasAdd', 'FusedBatchNorm', 'Linear']);

/**
 * The same graph with the activation of every fused node in a node of its own, so that z is somebody's output: the
 * fused node keeps its kernel and bias under the name `<name>__z`, and the activation takes the old name. Results stay
 * the same.
 *
 * @returns the graph, and for each new activation node the name of the node that holds its z
 */
export function separateActivations(graph: GraphDef): { graph: GraphDef; fused: ReadonlyMap<string, string> } {
  const taken = new Set(graph.node.map(({ name }) => name));
  const fused = new Map<string, string>();
  const nodes = graph.node.flatMap((node): NodeDef[] => {
    const ops = fusedOps(node);
    const activation = ops?.find((op) => !notActivations.has(op));
    if (!ops || !activation) return [node];
    let z = `${node.name}__z`;
    while (taken.has(z)) z += '_';
    taken.add(z);
    fused.set(node.name, z);
    const inputs = dataInputs(node);
    // PReLU's slopes are the last argument, behind the bias.
    const slopes = activation === 'Prelu' ? inputs.pop() : undefined;
    const kept = ops.filter((op) => op !== activation).map(encoded);
    const controls = (node.input ?? []).filter(isControl);
    const attr = { ...node.attr, fused_ops: { list: { s: kept } }, num_args: { i: String(inputs.length - 2) } };
    return [
      { ...node, name: z, input: [...inputs, ...controls], attr },
      {
        name: node.name,
        op: activation,
        input: slopes ? [z, slopes] : [z],
        attr: activationAttributes(node, activation),
      },
    ];
  });
  return { graph: { ...graph, node: nodes }, fused };
}

function activationAttributes(node: NodeDef, activation: string): NonNullable<NodeDef['attr']> {
  const type = node.attr?.T ? { T: node.attr.T } : {};
  if (activation !== 'LeakyRelu') return type;
  // tfjs reads no slope from a depthwise node, and applies its own 0.2.
  const slope = node.op === 'FusedDepthwiseConv2dNative' ? 0.2 : (node.attr?.leakyrelu_alpha?.f ?? 0.2);
  return { ...type, alpha: { f: slope } };
}

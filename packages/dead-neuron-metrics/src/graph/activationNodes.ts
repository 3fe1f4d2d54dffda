import type { ResponseParams } from '../statistics/responses';
import { dataInputs, type GraphDef, type NodeDef, nodeOf } from './graphDef';

/** One activation of a graph: `h` is its node, `z` the output that it reads. */
export interface ActivationNode {
  h: string;
  z: string;
  /** The node that owns the kernel. */
  source: string;
  activation: string;
  params: ResponseParams;
  /** Whether one node is the whole activation, as it is not of `x · sigmoid(x)`. */
  alone: boolean;
  /** Of a PReLU: where its slopes come from. */
  slopes?: string;
}

const plain: Readonly<Record<string, string>> = {
  Relu: 'relu',
  Relu6: 'relu6',
  Elu: 'elu',
  Selu: 'selu',
  Prelu: 'prelu',
  Sigmoid: 'sigmoid',
  Tanh: 'tanh',
  Softplus: 'softplus',
};

const kernels: ReadonlySet<string> = new Set([
  'Conv1D',
  'Conv2D',
  'Conv2DBackpropInput',
  'DepthwiseConv2d',
  'DepthwiseConv2dNative',
  '_FusedConv2D',
  'FusedDepthwiseConv2dNative',
  'MatMul',
  'BatchMatMul',
  'BatchMatMulV2',
  '_FusedMatMul',
]);

/** What may stand between a kernel and its activation. */
const between: ReadonlySet<string> = new Set([
  'BiasAdd',
  'Add',
  'AddV2',
  'Sub',
  'Mul',
  'FusedBatchNorm',
  'FusedBatchNormV2',
  'FusedBatchNormV3',
  'Identity',
  'Reshape',
]);

/** All names that can be reached from `start`. */
function reachable(start: readonly string[], next: (name: string) => readonly string[]): Set<string> {
  const reached = new Set<string>();
  const open = [...start];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (reached.has(name)) continue;
    reached.add(name);
    open.push(...next(name));
  }
  return reached;
}

/** The nodes that `outputs` need and that depend on an input. */
function live(nodes: ReadonlyMap<string, NodeDef>, outputs: readonly string[]): Set<string> {
  const inputsOf = (name: string): string[] => (nodes.has(name) ? dataInputs(nodes.get(name)!).map(nodeOf) : []);
  const needed = reachable(outputs.map(nodeOf), inputsOf);
  const readers = new Map<string, string[]>();
  for (const name of needed)
    for (const input of inputsOf(name)) readers.set(input, [...(readers.get(input) ?? []), name]);
  const placeholders = [...needed].filter((name) => nodes.get(name)?.op === 'Placeholder');
  return reachable(placeholders, (name) => readers.get(name) ?? []);
}

/** Those of `outputs` that depend on an input. */
export function computedOutputs(graph: GraphDef, outputs: readonly string[]): string[] {
  const reached = live(new Map(graph.node.map((node) => [node.name, node])), outputs);
  return outputs.filter((name) => reached.has(nodeOf(name)));
}

/** Every activation that the model's outputs depend on, in the graph's order. */
export function activationNodes(graph: GraphDef, outputs: readonly string[]): ActivationNode[] {
  const nodes = new Map(graph.node.map((node) => [node.name, node]));
  const reached = live(nodes, outputs);
  const found: ActivationNode[] = [];
  const gates = new Set<string>();
  for (const node of graph.node) {
    if (!reached.has(node.name)) continue;
    const swish = swishInput(node, nodes);
    const activation = swish ? 'silu' : node.op === 'LeakyRelu' ? 'leakyRelu' : plain[node.op];
    const z = swish?.z ?? dataInputs(node)[0];
    if (!activation || z === undefined) continue;
    if (swish) gates.add(swish.gate);
    const params = node.op === 'LeakyRelu' ? { negativeSlope: node.attr?.alpha?.f ?? 0.2 } : {};
    const slopes = node.op === 'Prelu' ? dataInputs(node)[1] : undefined;
    const source = kernelBehind(nodeOf(z), nodes) ?? node.name;
    const named = { h: node.name, z, source, activation, params, alone: swish === undefined };
    found.push({ ...named, ...(slopes === undefined ? {} : { slopes }) });
  }
  // x · sigmoid(x) is one activation; its gate is none.
  return found.filter(({ h }) => !gates.has(h));
}

/** The z and the gate of `x · sigmoid(x)`. */
function swishInput(node: NodeDef, nodes: ReadonlyMap<string, NodeDef>): { z: string; gate: string } | undefined {
  if (node.op !== 'Mul') return undefined;
  const [a, b] = dataInputs(node);
  for (const [x, gate] of [
    [a, b],
    [b, a],
  ]) {
    const sigmoid = gate === undefined ? undefined : nodes.get(nodeOf(gate));
    if (x !== undefined && sigmoid?.op === 'Sigmoid' && dataInputs(sigmoid)[0] === x)
      return { z: x, gate: sigmoid.name };
  }
  return undefined;
}

function kernelBehind(name: string, nodes: ReadonlyMap<string, NodeDef>): string | undefined {
  let node = nodes.get(name);
  for (let steps = 0; node && steps < 8; steps++) {
    if (kernels.has(node.op)) return node.name;
    if (!between.has(node.op)) return undefined;
    const computed = dataInputs(node).find(
      (input) => !['Const', 'Placeholder'].includes(nodes.get(nodeOf(input))?.op ?? ''),
    );
    node = computed === undefined ? undefined : nodes.get(nodeOf(computed));
  }
  return undefined;
}

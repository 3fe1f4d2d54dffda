import { type DeadNeuronReport, invalidArgument, requirePositiveInteger } from '@relumine/core';
import type { GraphModel } from '@tensorflow/tfjs-converter';
import { dispose, reshape, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { audit, type CommonAuditOptions } from '../audit/audit';
import type { AuditData, ModelInput } from '../audit/batches';
import { canCount } from '../audit/countedActivation';
import { counted, held, type Seen, type Watched } from '../audit/seen';
import { type ActivationNode, activationNodes, computedOutputs } from './activationNodes';
import { CountingGraph } from './countingGraph';
import { constantOf, graphOf, run, withGraph } from './graphModel';
import { separateActivations } from './separate';

const where = 'dead-neuron-metrics/graph/auditModel';

/** Options of `auditModel` for graph models. */
export interface GraphAuditOptions extends CommonAuditOptions {
  /** Samples per forward pass where the data is one tensor; 8 unless given. Where the backend does not count, what activations read of a batch is held at once. */
  batchSize?: number;
}

/**
 * Audits a GraphModel, such as one that TensorFlow exported: which channels of which activation are dead, and all
 * measures per channel and per unit. Activations that are fused into a convolution or a product are read, too: the audit
 * runs a graph that has them apart, on the weights of the model, which stays as it is.
 *
 * `x · sigmoid(x)` counts as one activation, silu. Channels are the last axis.
 *
 * @param model a loaded GraphModel, borrowed
 * @param data a tensor (borrowed), or an iterable of batches (each disposed after use)
 * @returns plain data; the layers' names are the names of the activations' nodes, their paths are empty
 * @throws TypeError if `model` is no GraphModel; RangeError where it has no activation or the data has no sample; what
 * the data throws
 */
export async function auditModel(
  model: GraphModel,
  data: AuditData,
  options: GraphAuditOptions = {},
): Promise<DeadNeuronReport> {
  const { batchSize = 8 } = options;
  requirePositiveInteger(where, 'options.batchSize', batchSize);
  const { graph, fused } = separateActivations(graphOf(where, model));
  // Not outputNodes: where the model has a signature, those are its keys.
  const outputs = model.outputs.map(({ name }) => name);
  const nodes = activationNodes(graph, outputs);
  if (nodes.length === 0) {
    const rule = 'must have an activation that its outputs depend on';
    throw invalidArgument({ where, argument: 'model', rule, received: `${graph.node.length} nodes without one` });
  }
  const audited = withGraph(model, graph);
  // A fused node's kernel goes by the name it has in the model.
  const names = new Map([...fused].map(([name, z]) => [z, name]));
  const found = nodes.map((node): NodeWatched => {
    const { h, source, activation, params, slopes } = node;
    const identity = { name: h, source: names.get(source) ?? source, path: [], activation };
    const constant = slopes === undefined ? undefined : constantOf(model, graph, slopes);
    return { ...identity, found: { activation, params }, node, ...(constant ? { slopes: constant } : {}) };
  });
  const inPass = found.filter((one) => canCountInPass(one));
  const counting =
    inPass.length > 0 && CountingGraph.fits(model)
      ? new CountingGraph(model, graph, inPass, computedOutputs(graph, outputs))
      : undefined;
  try {
    return await audit(
      {
        where,
        watched: found,
        inputNames: () => model.inputs.map(({ name }) => name),
        pass: async (xs, look, count) => {
          if (!counting || !count) return pass(found, xs, look, count, (names) => run(audited, xs, names));
          const others = found.filter((one) => !inPass.includes(one));
          return pass(others, xs, look, count, (names) => counting.run(xs, names, look));
        },
      },
      data,
      batchSize,
      options,
    );
  } finally {
    counting?.dispose();
  }
}

interface NodeWatched extends Watched {
  readonly node: ActivationNode;
  /** A PReLU's slopes, the model's own tensor. */
  readonly slopes?: Tensor;
}

/** Whether a node's z alone will do: the backend counts what the node would make of it. */
function isCounted({ found, slopes }: NodeWatched): boolean {
  // Slopes along one axis are the channels'.
  const known = found.activation !== 'prelu' || (slopes && slopes.size === (slopes.shape.at(-1) ?? 1));
  return Boolean(known) && canCount(found, false);
}

/** Whether the pass that counts can stand in the node's place. */
function canCountInPass(one: NodeWatched): boolean {
  return one.node.alone && one.found.activation !== 'prelu' && isCounted(one);
}

/** Values without channels are those of one. */
const withChannels = (value: Tensor): Tensor => (value.rank < 2 ? reshape(value, [-1, 1]) : value);

/** Looks at activations by the values of their nodes, which `valuesOf` computes in one forward pass; frees these. */
async function pass(
  watched: readonly NodeWatched[],
  xs: ModelInput,
  look: (seen: Seen) => void,
  count: boolean,
  valuesOf: (names: string[]) => Promise<Tensor[]>,
): Promise<void> {
  const read = watched.filter((one) => !(count && isCounted(one)));
  const names = [...new Set([...watched.map(({ node }) => node.z), ...read.map(({ node }) => node.h)])];
  const values = await valuesOf(names);
  const inputs = new Set(('dataId' in xs ? [xs as Tensor] : Object.values(xs)).map(({ id }) => id));
  try {
    tidy(() => {
      const valueAt = (name: string): Tensor => withChannels(values[names.indexOf(name)]!);
      for (const one of watched) {
        const z = valueAt(one.node.z);
        const seen = read.includes(one)
          ? held(one, z, valueAt(one.node.h), one.slopes)
          : counted(one, z, one.slopes)?.seen;
        if (seen) look(seen);
      }
    });
  } finally {
    // An activation of the input itself reads the caller's tensor.
    dispose(values.filter(({ id }) => !inputs.has(id)));
  }
}

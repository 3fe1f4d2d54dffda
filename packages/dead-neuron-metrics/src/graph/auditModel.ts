import { type CurvePoint, type DeadNeuronReport, invalidArgument, requirePositiveInteger } from '@relumine/core';
import type { GraphModel } from '@tensorflow/tfjs-converter';
import { dispose, type Tensor } from '@tensorflow/tfjs-core';
import { type AuditData, batchesOf, type ModelInput, samplesOf } from '../audit/batches';
import { buildReport } from '../report';
import { ChannelAccumulator } from '../statistics/channelStatistics';
import { layerReport } from '../statistics/layerReport';
import { type ActivationNode, activationNodes } from './activationNodes';
import { graphOf, run, withGraph } from './graphModel';
import { separateActivations } from './separate';

const where = 'dead-neuron-metrics/graph/auditModel';

/** Options of `auditModel` for graph models. */
export interface GraphAuditOptions {
  /** Samples per forward pass where the data is one tensor; 8 unless given. All activations of a batch are held at once. */
  batchSize?: number;
  /** `propagate` (the default): a channel with a NaN is not dead and its means are NaN; `ignore`: NaN is left out. */
  nonFinite?: 'propagate' | 'ignore';
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
 * @returns plain data; the layers' names are the names of the activations' nodes
 * @throws TypeError if `model` is no GraphModel; RangeError where it has no activation or the data has no sample; what
 * the data throws
 */
export async function auditModel(
  model: GraphModel,
  data: AuditData,
  options: GraphAuditOptions = {},
): Promise<DeadNeuronReport> {
  const { batchSize = 8, nonFinite = 'propagate' } = options;
  requirePositiveInteger(where, 'options.batchSize', batchSize);
  const { graph, fused } = separateActivations(graphOf(where, model));
  // Not outputNodes: where the model has a signature, those are its keys.
  const outputs = model.outputs.map(({ name }) => name);
  const found = activationNodes(graph, outputs);
  if (found.length === 0) {
    const rule = 'must have an activation that its outputs depend on';
    throw invalidArgument({ where, argument: 'model', rule, received: `${graph.node.length} nodes without one` });
  }
  const audited = withGraph(model, graph);
  const accumulators = new Map<ActivationNode, ChannelAccumulator>();
  const names = [...new Set(found.flatMap(({ z, h }) => [z, h]))];
  const curve: CurvePoint[] = [];
  let samples = 0;
  let nextPoint = 1;
  for await (const { xs, owned } of batchesOf(data, batchSize)) {
    try {
      const count = samplesOf(xs);
      if (count === 0) continue;
      await addBatch({ found, names, accumulators, nonFinite, samples: count }, await run(audited, xs, names), xs);
      samples += count;
    } finally {
      dispose(owned as Parameters<typeof dispose>[0]);
    }
    if (samples >= nextPoint) {
      curve.push({ samples, deadChannels: deadChannels(accumulators) });
      while (nextPoint <= samples) nextPoint *= 2;
    }
  }
  if (samples === 0)
    throw invalidArgument({ where, argument: 'data', rule: 'must hold one sample at least', received: 'none' });
  if (curve.at(-1)?.samples !== samples) curve.push({ samples, deadChannels: deadChannels(accumulators) });
  const layers = found.flatMap((node) => {
    const snapshot = accumulators.get(node)?.snapshot();
    // A fused node's kernel goes by the name it has in the model.
    const source = [...fused].find(([, z]) => z === node.source)?.[0] ?? node.source;
    return snapshot ? [layerReport({ name: node.h, source, path: [], activation: node.activation }, snapshot)] : [];
  });
  return buildReport(layers, samples, curve);
}

interface Progress {
  found: readonly ActivationNode[];
  names: readonly string[];
  accumulators: Map<ActivationNode, ChannelAccumulator>;
  nonFinite: 'propagate' | 'ignore';
  samples: number;
}

/** Counts one batch and frees its values. */
async function addBatch(progress: Progress, values: readonly Tensor[], xs: ModelInput): Promise<void> {
  const { found, names, accumulators, nonFinite, samples } = progress;
  const inputs = new Set(('dataId' in xs ? [xs as Tensor] : Object.values(xs)).map(({ id }) => id));
  try {
    for (const node of found) {
      const [z, h] = [node.z, node.h].map((name) => values[names.indexOf(name)]!) as [Tensor, Tensor];
      const channels = h.shape.at(-1) ?? 1;
      const known = accumulators.get(node);
      const { activation, params } = node;
      const accumulator = known ?? new ChannelAccumulator({ activation, params, channels, nonFinite });
      accumulators.set(node, accumulator);
      const [after, before] = await Promise.all([h.data(), z.data()]);
      accumulator.update({ samples, h: after as Float32Array, z: before as Float32Array });
    }
  } finally {
    // An activation of the input itself reads the caller's tensor.
    dispose(values.filter(({ id }) => !inputs.has(id)));
  }
}

/** Channels that are dead so far, over all layers. */
function deadChannels(accumulators: ReadonlyMap<ActivationNode, ChannelAccumulator>): number {
  let dead = 0;
  for (const accumulator of accumulators.values()) {
    const snapshot = accumulator.snapshot();
    snapshot?.fired.forEach((fired, c) => {
      if (fired === 0 && !(snapshot.nonFinite === 'propagate' && snapshot.nan[c]! > 0)) dead++;
    });
  }
  return dead;
}

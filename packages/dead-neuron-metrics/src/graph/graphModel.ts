import { describe, invalidArgument } from '@relumine/core';
import type { GraphModel } from '@tensorflow/tfjs-converter';
import type { NamedTensorMap, Tensor } from '@tensorflow/tfjs-core';
import type { ModelInput } from '../audit/batches';
import { dataInputs, type GraphDef, nodeOf } from './graphDef';

/** tfjs keeps these fields of a GraphModel private; without them a loaded graph can't be looked into. */
interface Internals {
  artifacts?: { modelTopology?: GraphDef };
  executor?: Executor;
  resourceIdToCapturedInput?: unknown;
}

interface Executor {
  weightMap: Record<string, Tensor[]>;
  resourceManager: unknown;
  graph: { nodes: Record<string, { category?: string }> };
}

type GraphModelClass = new (source: { load(): unknown }) => GraphModel;

const internals = (model: GraphModel): Internals => model as unknown as Internals;

/** The graph of a loaded model. */
export function graphOf(where: string, model: unknown): GraphDef {
  const topology = (model as Internals | null | undefined)?.artifacts?.modelTopology;
  if (topology && Array.isArray(topology.node) && internals(model as GraphModel).executor) return topology;
  throw invalidArgument({
    where,
    argument: 'model',
    rule: 'must be a loaded GraphModel',
    received: describe(model),
    wayOut: "For a LayersModel, import from '@relumine/dead-neuron-metrics/layers'.",
    type: TypeError,
  });
}

/** The tensor that a node holds, the model's own; undefined where it is computed. */
export function constantOf(model: GraphModel, graph: GraphDef, name: string): Tensor | undefined {
  const node = graph.node.find((one) => one.name === nodeOf(name));
  if (node?.op === 'Identity') return constantOf(model, graph, dataInputs(node)[0]!);
  return node && internals(model).executor!.weightMap[node.name]?.[0];
}

/** A model that runs `graph` on the weights of `model`. It owns nothing: it must not be disposed. */
export function withGraph(model: GraphModel, graph: GraphDef): GraphModel {
  const { artifacts, executor, resourceIdToCapturedInput } = internals(model);
  const source = {
    ...artifacts,
    modelTopology: graph,
    weightData: new ArrayBuffer(0),
    weightSpecs: [],
    modelInitializer: undefined,
  };
  // The constructor of the model's own copy of tfjs-converter, which may be another than ours.
  const copy = new (model.constructor as GraphModelClass)({ load: () => source });
  void copy.load();
  const own = internals(copy);
  own.executor!.weightMap = executor!.weightMap;
  own.executor!.resourceManager = executor!.resourceManager;
  own.resourceIdToCapturedInput = resourceIdToCapturedInput;
  return copy;
}

/** Values of `names` for one batch; the caller's. */
export async function run(model: GraphModel, xs: ModelInput, names: string[]): Promise<Tensor[]> {
  const inputs = xs as Tensor | Tensor[] | NamedTensorMap;
  const dynamic = Object.values(internals(model).executor!.graph.nodes).some(
    ({ category }) => category === 'control' || category === 'dynamic',
  );
  const values = dynamic ? await model.executeAsync(inputs, names) : model.execute(inputs, names);
  return [values].flat();
}

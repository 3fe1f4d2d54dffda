import { describe, invalidArgument } from '@relumine/core';
import type { LayersModel, layers, SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { LayerLipschitz } from './lipschitz';
import { lipschitzOfLayer } from './lipschitzOfLayer';

type Layer = layers.Layer;

/** One layer of the bound. */
export interface LayerBound extends LayerLipschitz {
  name: string;
  /** Of the path from the inputs up to and including this layer. */
  total: number;
}

/** How much the outputs can change for a change of the inputs, in the Euclidean norm, at inference. */
export interface LipschitzBound {
  /** An upper bound for the whole network. */
  total: number;
  /** Layer by layer, in the order of computation. */
  layers: LayerBound[];
  /** What the same product would be with reshaped kernels: what spectral normalisation bounds, and no bound. */
  reshapedTotal: number;
}

const where = 'spectral-norm/lipschitzBound';

interface Totals {
  total: number;
  reshaped: number;
}

/** What comes out of several inputs: added up, or side by side. */
const merges: Readonly<Record<string, (inputs: number[]) => number>> = {
  Add: (inputs) => inputs.reduce((sum, value) => sum + value, 0),
  Subtract: (inputs) => inputs.reduce((sum, value) => sum + value, 0),
  Average: (inputs) => inputs.reduce((sum, value) => sum + value, 0) / inputs.length,
  Maximum: (inputs) => Math.hypot(...inputs),
  Minimum: (inputs) => Math.hypot(...inputs),
  Concatenate: (inputs) => Math.hypot(...inputs),
};

interface ModelFields {
  inputs: SymbolicTensor[];
  outputs: SymbolicTensor[];
  layers: Layer[];
}

class Walk {
  readonly found: LayerBound[] = [];
  private readonly known = new Map<number, Promise<Totals>>();

  set(tensor: SymbolicTensor, totals: Totals): void {
    this.known.set(tensor.id, Promise.resolve(totals));
  }

  of(tensor: SymbolicTensor): Promise<Totals> {
    const known = this.known.get(tensor.id);
    if (known) return known;
    const computed = this.compute(tensor);
    this.known.set(tensor.id, computed);
    return computed;
  }

  private async compute(tensor: SymbolicTensor): Promise<Totals> {
    const layer = tensor.sourceLayer as Layer;
    if (tensor.inputs.length === 0) return { total: 1, reshaped: 1 };
    const inputs: Totals[] = [];
    for (const input of tensor.inputs) inputs.push(await this.of(input));
    const merge = merges[layer.getClassName()];
    if (merge) {
      const merged = { total: merge(inputs.map((i) => i.total)), reshaped: merge(inputs.map((i) => i.reshaped)) };
      this.found.push({ name: layer.name, lipschitz: merge(inputs.map(() => 1)), total: merged.total });
      return merged;
    }
    const before = inputs[0]!;
    if ('layers' in layer && 'outputs' in layer) return this.nested(layer as unknown as ModelFields, inputs, tensor);
    const own = await lipschitzOfLayer(layer, tensor.inputs[0]!.shape, tensor.shape);
    const total = before.total * own.lipschitz;
    const ratio = own.operatorNorm ? own.reshaped! / own.operatorNorm : 1;
    this.found.push({ name: layer.name, ...own, total });
    return { total, reshaped: before.reshaped * own.lipschitz * ratio };
  }

  private async nested(model: ModelFields, inputs: Totals[], tensor: SymbolicTensor): Promise<Totals> {
    const inner = new Walk();
    for (const [i, input] of model.inputs.entries()) inner.set(input, inputs[i]!);
    const result = await inner.of(model.outputs[tensor.outputTensorIndex ?? 0]!);
    this.found.push(...inner.found);
    return result;
  }
}

/**
 * A Lipschitz bound of a network at inference, as a product along its layers: true operator norms of convolutions (for
 * their stride, padding and input size), spectral norms of dense layers, batch norm's largest scale, the steepest slope of
 * activations; sums where paths are added. Beside it the same product with the norms of reshaped kernels, for those who
 * take that for a bound.
 *
 * @param model left as it is; inputs of known size
 * @throws TypeError unless it is a LayersModel; RangeError for layers or activations without a known bound and for NaN or infinity in
 *   weights, named
 * @see Szegedy et al. 2014, https://arxiv.org/abs/1312.6199, section 4.3
 */
export async function lipschitzBound(model: LayersModel): Promise<LipschitzBound> {
  const { inputs, outputs } = (model ?? {}) as Partial<ModelFields>;
  if (!Array.isArray(inputs) || !Array.isArray(outputs)) {
    const rule = 'must be a LayersModel that has been built';
    throw invalidArgument({ where, argument: 'model', rule, received: describe(model), type: TypeError });
  }
  const walk = new Walk();
  for (const input of inputs) walk.set(input, { total: 1, reshaped: 1 });
  const ends: Totals[] = [];
  for (const output of outputs) ends.push(await walk.of(output));
  return {
    total: Math.hypot(...ends.map(({ total }) => total)),
    layers: walk.found,
    reshapedTotal: Math.hypot(...ends.map(({ reshaped }) => reshaped)),
  };
}

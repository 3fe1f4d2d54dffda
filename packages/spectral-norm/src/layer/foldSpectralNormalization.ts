import { dispose, type Tensor } from '@tensorflow/tfjs-core';
import { type LayersModel, type layers, models } from '@tensorflow/tfjs-layers';
import { kernelsOf } from './kernels';
import type { SpectralNormalizationLayer } from './spectralNormalization';

type Layer = layers.Layer;
type Entries = Entry[] | { layers: Entry[] };

interface Entry {
  class_name: string;
  name?: string;
  config: { name?: string; layer?: Entry; layers?: Entry[] } & Record<string, unknown>;
  inbound_nodes?: unknown;
}

interface Wrapper extends SpectralNormalizationLayer {
  normalizedKernels(): Map<string, Tensor>;
}

/** Whether a layer is one that `spectralNormalization` made. */
export const isWrapper = (layer: Layer): layer is SpectralNormalizationLayer =>
  layer.getClassName() === 'RelumineSpectralNormalization';

/** A model within a model. */
const nested = (layer: Layer): LayersModel | undefined =>
  'layers' in layer && 'getLayer' in layer ? (layer as unknown as LayersModel) : undefined;

/** Puts the wrapped layers in the places of their wrappers, in nested models too. */
function unwrap(config: Entries): void {
  for (const entry of Array.isArray(config) ? config : config.layers) {
    if (Array.isArray(entry.config) || entry.config.layers) unwrap(entry.config as Entries);
    if (entry.class_name !== 'RelumineSpectralNormalization' || !entry.config.layer) continue;
    const { layer, name } = entry.config;
    const shape = entry.config.batch_input_shape;
    entry.class_name = layer.class_name;
    // The wrapper's name stays, so that the other layers still find it.
    entry.config = { ...layer.config, ...(name ? { name } : {}), ...(shape ? { batch_input_shape: shape } : {}) };
  }
}

/**
 * The weights of a wrapper's layer, its kernels as inference uses them, for the time of `use`.
 *
 * @param use borrows the weights, and has done with them when what it returns has settled
 */
export async function withNormalizedWeights<T>(
  wrapper: SpectralNormalizationLayer,
  use: (weights: Tensor[]) => T | Promise<T>,
): Promise<T> {
  const kernels = (wrapper as Wrapper).normalizedKernels();
  try {
    const fields = kernelsOf(wrapper.layer);
    const inner = wrapper.layer as unknown as Record<string, unknown>;
    const weights = wrapper.layer.weights.map((weight) => {
      const field = fields.find((one) => inner[one.field] === weight)?.field;
      return (field && kernels.get(field)) ?? weight.read();
    });
    return await use(weights);
  } finally {
    dispose([...kernels.values()]);
  }
}

async function copyWeights(from: LayersModel, to: LayersModel): Promise<void> {
  for (const layer of to.layers) {
    const source = from.getLayer(layer.name);
    const [inner, innerSource] = [nested(layer), nested(source)];
    if (inner && innerSource) await copyWeights(innerSource, inner);
    else if (isWrapper(source)) await withNormalizedWeights(source, (weights) => layer.setWeights(weights));
    else if (layer.weights.length > 0) layer.setWeights(source.getWeights());
  }
}

/**
 * The same network without the wrappers: each wrapped layer becomes a plain one that holds the normalised kernel, for
 * deployment. Outputs are those of inference.
 *
 * @param model Sequential or functional, with nested models or without; borrowed and unchanged
 * @returns a new model, not compiled; the caller's
 */
export async function foldSpectralNormalization(model: LayersModel): Promise<LayersModel> {
  const topology = JSON.parse(JSON.stringify(model.toJSON(null, false))) as { config: Entries };
  unwrap(topology.config);
  const plain = await models.modelFromJSON({ modelTopology: topology as never });
  await copyWeights(model, plain);
  return plain;
}

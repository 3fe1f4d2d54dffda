import { dispose } from '@tensorflow/tfjs-core';
import { type LayersModel, models } from '@tensorflow/tfjs-layers';
import { kernelsOf } from './kernels';
import type { SpectralNormalizationLayer } from './spectralNormalization';

interface Entry {
  class_name: string;
  name?: string;
  config: { name?: string; layer?: Entry } & Record<string, unknown>;
  inbound_nodes?: unknown;
}

const wrapped = 'RelumineSpectralNormalization';

/**
 * The same network without the wrappers: each wrapped layer becomes a plain one that holds the normalised kernel, for
 * deployment. Outputs are those of inference.
 *
 * @param model Sequential or functional; borrowed and unchanged
 * @returns a new model, not compiled; the caller's
 */
export async function foldSpectralNormalization(model: LayersModel): Promise<LayersModel> {
  const topology = JSON.parse(JSON.stringify(model.toJSON(null, false))) as { config: Entry[] | { layers: Entry[] } };
  const entries = Array.isArray(topology.config) ? topology.config : topology.config.layers;
  for (const entry of entries) {
    if (entry.class_name !== wrapped || !entry.config.layer) continue;
    const { layer, name } = entry.config;
    const shape = entry.config.batch_input_shape;
    entry.class_name = layer.class_name;
    // The wrapper's name stays, so that the other layers still find it.
    entry.config = { ...layer.config, ...(name ? { name } : {}), ...(shape ? { batch_input_shape: shape } : {}) };
  }
  const plain = await models.modelFromJSON({ modelTopology: topology as never });
  for (const layer of plain.layers) {
    const source = model.getLayer(layer.name);
    if (source.getClassName() !== wrapped) {
      if (layer.weights.length > 0) layer.setWeights(source.getWeights());
      continue;
    }
    const wrapper = source as SpectralNormalizationLayer & {
      normalizedKernels(): Map<string, import('@tensorflow/tfjs-core').Tensor>;
    };
    const kernels = wrapper.normalizedKernels();
    const fields = kernelsOf(wrapper.layer);
    const inner = wrapper.layer as unknown as Record<string, unknown>;
    const weights = wrapper.layer.weights.map((weight) => {
      const field = fields.find((one) => inner[one.field] === weight)?.field;
      return (field && kernels.get(field)) ?? weight.read();
    });
    layer.setWeights(weights);
    dispose([...kernels.values()]);
  }
  return plain;
}

import type { LayersModel } from '@tensorflow/tfjs-layers';

interface LayerConfig {
  class_name: string;
  config: Record<string, unknown> & { name?: string };
}

interface ModelTopology {
  class_name: string;
  config: LayerConfig[] | { layers: LayerConfig[] };
}

/**
 * A model's topology with other numbers of channels: `filters` or `units` by layer name, and a bias where one must be
 * added. The model is unchanged.
 */
export function withCounts(
  model: LayersModel,
  counts: ReadonlyMap<string, { count: number; addBias: boolean }>,
): Record<string, never> {
  // A deep copy: toJSON hands out objects of the live model in places.
  const topology = JSON.parse(JSON.stringify(model.toJSON(null, false))) as ModelTopology;
  const layers = Array.isArray(topology.config) ? topology.config : topology.config.layers;
  for (const { config } of layers) {
    const change = counts.get(config.name ?? '');
    if (!change) continue;
    if ('filters' in config) config.filters = change.count;
    if ('units' in config) config.units = change.count;
    if (change.addBias) config.use_bias = true;
  }
  return topology as unknown as Record<string, never>;
}

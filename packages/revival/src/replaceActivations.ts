import { type ActivationLayerOptions, activationLayer } from '@relumine/activations/layers';
import { type ActivationName, describe, invalidArgument } from '@relumine/core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { rebuildModel } from './rebuildModel';
import { type LayerEntry, swapTopology, type Topology } from './swapTopology';
import { readWeights, writeWeights } from './weights';

const where = 'revival/replaceActivations';

/** An activation by name, or with its parameters as `activationLayer` takes them. */
export type Replacement = ActivationName | ActivationLayerOptions;

/**
 * The same network with another hidden activation: activation layers are exchanged, and a fused activation becomes a
 * layer of its own behind its kernel. All weights are kept; a PReLU starts from slope 0.25, or `initialSlope` (0 changes
 * nothing at first where there was a ReLU). Activations of output layers stay.
 *
 * @param model Sequential or functional; borrowed and unchanged
 * @returns a new model, not compiled, and the names of the layers that bear the new activation; the caller's
 * @throws RangeError for an unknown activation, for `crelu` and `glu`, and where tfjs can't make the model again (a layer
 *   whose class is not registered)
 */
export async function replaceActivations(
  model: LayersModel,
  replacement: Replacement,
): Promise<{ model: LayersModel; replaced: string[] }> {
  const options = typeof replacement === 'string' ? { name: replacement } : replacement;
  if (['crelu', 'glu'].includes(activationLayer(options).relumine.name))
    throw invalidArgument({
      where,
      argument: 'replacement',
      rule: 'must keep the number of channels, so that all weights can stay',
      received: describe(options.name),
    });
  const make = (name: string): LayerEntry => {
    const layer = activationLayer({ ...options, layerName: name });
    return { class_name: layer.getClassName(), config: pythonic(layer.getConfig()) as LayerEntry['config'] };
  };
  const before = JSON.parse(JSON.stringify(model.toJSON(null, false))) as Topology;
  const { topology, swapped } = swapTopology(before, make);
  const changed = await rebuildModel(where, topology);
  try {
    const fresh = new Set(swapped);
    for (const layer of changed.layers) {
      if (layer.weights.length === 0 || fresh.has(layer.name)) continue;
      writeWeights(layer, await readWeights(model.getLayer(layer.name)));
    }
  } catch (error) {
    changed.dispose();
    throw error;
  }
  return { model: changed, replaced: swapped };
}

/** tfjs writes a topology's keys in snake case and reads them back in camel case. */
function pythonic(config: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [
      key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      value,
    ]),
  );
}

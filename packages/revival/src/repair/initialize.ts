import { createRandom, type DeadNeuronReport } from '@relumine/core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { channelStructure } from '../channels/spaces';
import { gainOf } from '../revive/gainOf';
import { freshCarrier, freshIncoming } from '../revive/incoming';
import { readWeights, writeWeights } from '../weights';

/**
 * Draws every kernel of a model anew, in place: Kaiming-normal with the gain of the activation behind it (1 where there is
 * none), biases 0, batch norm as at its start. Layers that are not known keep their weights.
 */
export async function initialize(model: LayersModel, report: DeadNeuronReport, seed: number | string): Promise<void> {
  const gains = new Map(report.layers.map(({ source, activation }) => [source, gainOf(activation)]));
  const random = createRandom(seed);
  const done = new Set<string>();
  for (const call of channelStructure(model).calls) {
    const { layer, rule } = call;
    if (layer.weights.length === 0 || done.has(layer.name)) continue;
    done.add(layer.name);
    if (rule.kind !== 'producer' && rule.kind !== 'carrier') continue;
    const all = Array.from({ length: call.outputs[0]!.shape.at(-1)! }, (_, c) => c);
    const fresh = rule.kind === 'producer' ? freshIncoming : freshCarrier;
    const gain = gains.get(layer.name) ?? 1;
    writeWeights(layer, fresh(call, await readWeights(layer), all, random.fork(layer.name), gain));
  }
}

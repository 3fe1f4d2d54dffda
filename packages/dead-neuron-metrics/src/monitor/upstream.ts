import type { layers } from '@tensorflow/tfjs-layers';
import { layersBefore } from '../audit/kernelSource';
import type { TappedLayer } from '../audit/taps';

type Layer = layers.Layer;

/**
 * The activations that a layer's z is made of: the nearest before it on every way; empty where one of the ways leads to
 * the model's input, which is never dead.
 */
export function upstreamOf(tapped: TappedLayer, all: readonly TappedLayer[]): TappedLayer[] {
  const known = new Map(all.map((one) => [one.layer, one]));
  const found = new Set<TappedLayer>();
  const seen = new Set<Layer>();
  let front = [tapped.layer];
  while (front.length > 0) {
    const next: Layer[] = [];
    for (const layer of front) {
      const before = layersBefore(layer);
      if (before.length === 0) return [];
      for (const one of before) {
        const activation = known.get(one);
        if (activation) found.add(activation);
        else if (!seen.has(one)) {
          seen.add(one);
          next.push(one);
        }
      }
    }
    front = next;
  }
  return [...found];
}

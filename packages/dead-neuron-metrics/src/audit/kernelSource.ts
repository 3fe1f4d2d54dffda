import type { layers } from '@tensorflow/tfjs-layers';

type Layer = layers.Layer;

interface Linked {
  inboundNodes?: { inboundLayers: Layer[] }[];
  kernel?: unknown;
  depthwiseKernel?: unknown;
  layer?: Layer;
}

const hasKernel = (layer: Layer): boolean => {
  const { kernel, depthwiseKernel, layer: inner } = layer as unknown as Linked;
  return Boolean(kernel ?? depthwiseKernel) || (inner !== undefined && hasKernel(inner));
};

/** The layers whose outputs a layer reads at its first use. */
export const layersBefore = (layer: Layer): Layer[] =>
  (layer as unknown as Linked).inboundNodes?.[0]?.inboundLayers ?? [];

/** The nearest layer before `layer` that owns a kernel, through batch norm, pooling, padding, dropout and additions. */
export function kernelSource(layer: Layer): Layer | undefined {
  const seen = new Set<Layer>([layer]);
  let front: Layer[] = [layer];
  while (front.length > 0) {
    const before = front.flatMap(layersBefore);
    front = before.filter((one) => !seen.has(one));
    for (const one of front) {
      if (hasKernel(one)) return one;
      seen.add(one);
    }
  }
  return undefined;
}

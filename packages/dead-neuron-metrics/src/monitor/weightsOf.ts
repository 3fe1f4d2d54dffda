import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel, layers } from '@tensorflow/tfjs-layers';

/** The numbers of a channel that decide its z: read after an update, in float64. */
export interface ChannelWeights {
  /** Per channel: its bias, or batch norm's β where there is one; null without either. */
  shift: Float64Array | null;
  /** Whether `shift` is batch norm's. */
  normalized: boolean;
  /** Per channel: the Euclidean norm of its kernel. */
  kernelNorm: Float64Array | null;
}

type Layer = layers.Layer;

interface Variables {
  bias?: { read(): Tensor } | null;
  kernel?: { read(): Tensor } | null;
  depthwiseKernel?: { read(): Tensor } | null;
  beta?: { read(): Tensor } | null;
  inboundNodes?: { inboundLayers: Layer[] }[];
}

const named = (model: LayersModel, name: string): Layer | undefined =>
  model.layers.find((layer) => layer.name === name);

/** The batch norm between an activation layer and its kernel, if there is one. */
function normBefore(layer: Layer | undefined, source: string): Layer | undefined {
  let one = layer;
  while (one && one.name !== source) {
    if (one.getClassName() === 'BatchNormalization') return one;
    one = (one as unknown as Variables).inboundNodes?.[0]?.inboundLayers[0];
  }
  return undefined;
}

const values = (tensor: Tensor | undefined): ArrayLike<number> | undefined => tensor?.dataSync();

/** Reads shift and kernel norms of the layer that makes the channels of `name`. */
export function weightsOf(model: LayersModel, name: string, source: string): ChannelWeights {
  const norm = normBefore(named(model, name), source);
  const { bias, kernel, depthwiseKernel } = (named(model, source) ?? {}) as unknown as Variables;
  const shiftVariable = norm ? (norm as unknown as Variables).beta : bias;
  const shift = values(shiftVariable?.read());
  const weights = values((kernel ?? depthwiseKernel)?.read());
  const channels = (kernel ?? depthwiseKernel)?.read().shape.at(-1) ?? 0;
  let kernelNorm: Float64Array | null = null;
  if (weights && channels > 0) {
    const squares = new Float64Array(channels);
    for (let i = 0; i < weights.length; i++) squares[i % channels]! += weights[i]! ** 2;
    kernelNorm = squares.map(Math.sqrt);
  }
  return { shift: shift ? Float64Array.from(shift) : null, normalized: norm !== undefined, kernelNorm };
}

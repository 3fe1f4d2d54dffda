import type { Tensor } from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';
import { layersBefore } from '../audit/kernelSource';
import type { TappedLayer } from '../audit/taps';
import { KernelNorms } from './kernelNorms';

/** What decides a layer's z, at one moment. */
export interface ChannelWeights {
  /** Per channel: its bias, or batch norm's β where there is one; null without either. */
  shift: ArrayLike<number> | null;
  /** Whether `shift` is batch norm's. */
  normalized: boolean;
  /** The norms of its channels' kernels, while they can be asked for; null without a kernel. */
  kernelNorms: KernelNorms | null;
}

type Layer = layers.Layer;

interface Variables {
  bias?: { read(): Tensor } | null;
  kernel?: { read(): Tensor } | null;
  depthwiseKernel?: { read(): Tensor } | null;
  beta?: { read(): Tensor } | null;
  layer?: Layer;
}

/** The variables of a layer; of the one that a wrapper holds. */
function variablesOf(layer: Layer): Variables {
  const own = layer as unknown as Variables;
  return own.layer && !own.kernel ? variablesOf(own.layer) : own;
}

/** The batch norm between an activation layer and its kernel, if there is one. */
function normBefore({ layer, sourceLayer }: TappedLayer): Layer | undefined {
  let one: Layer | undefined = layer;
  while (one && one !== sourceLayer) {
    if (one.getClassName() === 'BatchNormalization') return one;
    one = layersBefore(one)[0];
  }
  return undefined;
}

/** Reads a layer's weights; the layers are looked up once, for a step has no time for it. */
export function weightsReader(tapped: TappedLayer): () => ChannelWeights {
  const norm = normBefore(tapped);
  const { bias, kernel, depthwiseKernel } = variablesOf(tapped.sourceLayer);
  const shift = norm ? (norm as unknown as Variables).beta : bias;
  const weights = kernel ?? depthwiseKernel;
  return () => {
    const values = weights?.read();
    // A depthwise kernel is [height, width, channels, multiplier]: its channels are the last two.
    const channels = values ? (kernel ? 1 : values.shape[2]!) * values.shape.at(-1)! : 0;
    return {
      shift: shift?.read().dataSync() ?? null,
      normalized: norm !== undefined,
      kernelNorms: values && channels > 0 ? new KernelNorms(values, channels) : null,
    };
  };
}

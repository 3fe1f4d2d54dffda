import { activationLivenessKernel, hasKernel } from '@relumine/core';
import { reshape, square, sum, type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';
import { layersBefore } from '../audit/kernelSource';
import type { TappedLayer } from '../audit/taps';

/** The numbers of a channel that decide its z, in float64. */
export interface ChannelWeights {
  /** Per channel: its bias, or batch norm's β where there is one; null without either. */
  shift: ArrayLike<number> | null;
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

/** Sums of squares beyond these may have lost something in float32. */
const [leastSum, mostSum] = [1e-25, 1e30];

/** Norms of the columns of float32[rows, channels]. A sum of a hundred thousand squares needs float64. */
function columnNorms(kernel: Tensor, channels: number): Float64Array {
  // The compiled sums are float64 inside; reading a million weights at every step would take twice as long.
  if (hasKernel(activationLivenessKernel)) {
    const sums = tidy(() => sum(square(reshape(kernel, [-1, channels])), 0).dataSync());
    if (sums.every((one) => one > leastSum && one < mostSum)) return Float64Array.from(sums, Math.sqrt);
  }
  return exactColumnNorms(kernel.dataSync(), channels);
}

function exactColumnNorms(values: ArrayLike<number>, channels: number): Float64Array {
  const squares = new Float64Array(channels);
  const squareAt = (i: number): number => values[i]! * values[i]!;
  // Four rows at a time: a dense layer has a million weights.
  let at = 0;
  for (const end = values.length - 3 * channels; at < end; at += 4 * channels)
    for (let c = 0, i = at; c < channels; c++, i++)
      squares[c]! += squareAt(i) + squareAt(i + channels) + (squareAt(i + 2 * channels) + squareAt(i + 3 * channels));
  for (; at < values.length; at += channels) for (let c = 0; c < channels; c++) squares[c]! += squareAt(at + c);
  return squares.map(Math.sqrt);
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
      kernelNorm: values && channels > 0 ? columnNorms(values, channels) : null,
    };
  };
}

import { invalidArgument } from '@relumine/core';
import { reshape, slice, type Tensor, type Tensor4D, tidy, transpose } from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';
import { hermitianEigenvalues } from '../linalg/hermitianEigenvalues';
import { gramMatrix } from '../linalg/transfer';
import { operatorNorm } from '../operator/operatorNorm';
import { activationLipschitz } from './activationLipschitz';
import { isWrapper, withNormalizedWeights } from './foldSpectralNormalization';
import type { SpectralNormalizationLayer } from './spectralNormalization';

type Layer = layers.Layer;
type Shape = (number | null)[];

/** A layer's Lipschitz constant, and of what it is the product. */
export interface LayerLipschitz {
  /** Of the whole layer, its activation included. */
  lipschitz: number;
  /** The true norm of its linear part, where it has a kernel. */
  operatorNorm?: number;
  /** The spectral norm of the reshaped kernel, which people take for it. */
  reshaped?: number;
}

const where = 'spectral-norm/lipschitzBound';

interface Fields {
  strides?: number | [number, number];
  padding?: 'same' | 'valid';
  dilationRate?: number | [number, number];
  poolSize?: number | [number, number];
  epsilon?: number;
  size?: [number, number];
}

/** The spectral norm of the matrix [everything else, out]. */
async function matrixNorm(kernel: Tensor): Promise<number> {
  const columns = kernel.shape.at(-1)!;
  const re = Float64Array.from(await kernel.data());
  const gram = gramMatrix({ re, im: new Float64Array(re.length) }, re.length / columns, columns);
  return Math.sqrt(Math.max(0, hermitianEigenvalues(gram, gram.n).at(-1) ?? 0));
}

function sizeOf(layer: Layer, shape: Shape): [number, number] {
  const [, h, w] = shape;
  if (typeof h === 'number' && typeof w === 'number') return [h, w];
  const received = `'${layer.name}' with an input of [${shape.join(', ')}]`;
  throw invalidArgument({ where, argument: 'model', rule: 'must have inputs of known size', received });
}

async function convolution(layer: Layer, shape: Shape): Promise<LayerLipschitz> {
  const kernel = layer.getWeights()[0] as Tensor4D;
  const { strides = 1, padding = 'valid', dilationRate = 1 } = layer as unknown as Fields;
  const options = { inputShape: sizeOf(layer, shape), strides, dilations: dilationRate, padding };
  const norm = await operatorNorm(kernel, options);
  return { lipschitz: norm, operatorNorm: norm, reshaped: await matrixNorm(kernel) };
}

/** Each input channel has its own kernel: the largest of their norms. */
async function depthwise(layer: Layer, shape: Shape): Promise<LayerLipschitz> {
  const kernel = layer.getWeights()[0] as Tensor4D;
  const { strides = 1, padding = 'valid' } = layer as unknown as Fields;
  const [kh, kw, channels, multiplier] = kernel.shape;
  let [norm, reshaped] = [0, 0];
  for (let c = 0; c < channels; c++) {
    const one = slice(kernel, [0, 0, c, 0], [kh, kw, 1, multiplier]);
    try {
      norm = Math.max(norm, await operatorNorm(one, { inputShape: sizeOf(layer, shape), strides, padding }));
      reshaped = Math.max(reshaped, await matrixNorm(one));
    } finally {
      one.dispose();
    }
  }
  return { lipschitz: norm, operatorNorm: norm, reshaped };
}

/** A 1-D convolution is a 2-D one of height 1. */
async function convolution1d(layer: Layer, shape: Shape): Promise<LayerLipschitz> {
  const kernel = layer.getWeights()[0]!;
  const flat = tidy(() => reshape(kernel, [1, ...(kernel.shape as [number, number, number])]) as Tensor4D);
  const { strides = 1, padding = 'valid', dilationRate = 1 } = layer as unknown as Fields;
  const across = (value: number | number[]): [number, number] => [1, [value].flat()[0]!];
  const [, length] = shape;
  try {
    const inputShape = sizeOf(layer, [null, 1, length ?? null]);
    const options = { inputShape, strides: across(strides), dilations: across(dilationRate), padding };
    const norm = await operatorNorm(flat, options);
    return { lipschitz: norm, operatorNorm: norm, reshaped: await matrixNorm(kernel) };
  } finally {
    flat.dispose();
  }
}

/** The adjoint of the convolution with its kernel turned: the same norm, on the inputs of that one. */
async function transposedConvolution(layer: Layer, _: Shape, output: Shape): Promise<LayerLipschitz> {
  const kernel = layer.getWeights()[0] as Tensor4D;
  const { strides = 1, padding = 'valid' } = layer as unknown as Fields;
  const norm = await operatorNorm(kernel, { inputShape: sizeOf(layer, output), strides, padding });
  const turned = tidy(() => transpose(kernel, [0, 1, 3, 2]));
  const reshaped = await matrixNorm(turned);
  turned.dispose();
  return { lipschitz: norm, operatorNorm: norm, reshaped };
}

async function dense(layer: Layer): Promise<LayerLipschitz> {
  const norm = await matrixNorm(layer.getWeights()[0]!);
  return { lipschitz: norm, operatorNorm: norm, reshaped: norm };
}

/** A convolution of each channel, then one of 1 × 1 across them. */
async function separable(layer: Layer, shape: Shape): Promise<LayerLipschitz> {
  const first = await depthwise(layer, shape);
  const second = await matrixNorm(layer.getWeights()[1]!);
  const [norm, reshaped] = [first.lipschitz * second, first.reshaped! * second];
  return { lipschitz: norm, operatorNorm: norm, reshaped };
}

/** max |γ / √(variance + ε)|, at inference. */
async function batchNormalization(layer: Layer): Promise<LayerLipschitz> {
  const named = layer.weights.map((weight) => [weight.originalName.split('/').at(-1), weight.read()] as const);
  const values = async (name: string): Promise<ArrayLike<number> | undefined> =>
    named.find(([own]) => own === name)?.[1].data();
  const [gamma, variance] = [await values('gamma'), await values('moving_variance')];
  const { epsilon = 1e-3 } = layer as unknown as Fields;
  const scales = Array.from(variance!, (value, i) => Math.abs(gamma?.[i] ?? 1) / Math.sqrt(value + epsilon));
  return { lipschitz: Math.max(0, ...scales) };
}

const both = (value: number | [number, number] | undefined, fallback: [number, number]): [number, number] =>
  value === undefined ? fallback : typeof value === 'number' ? [value, value] : value;

/** How many windows a value can be in, along both axes. */
function overlap(layer: Layer): { windows: number; values: number } {
  const { poolSize, strides } = layer as unknown as Fields;
  const pool = both(poolSize, [2, 2]);
  const step = both(strides, pool);
  const windows = Math.ceil(pool[0] / step[0]) * Math.ceil(pool[1] / step[1]);
  return { windows, values: pool[0] * pool[1] };
}

type Rule = (layer: Layer, input: Shape, output: Shape) => LayerLipschitz | Promise<LayerLipschitz>;
const one: Rule = () => ({ lipschitz: 1 });

/** By class of layer; what merges several inputs is in `lipschitzBound`. */
const rules: Readonly<Record<string, Rule>> = {
  InputLayer: one,
  Flatten: one,
  Reshape: one,
  Permute: one,
  Dropout: one,
  SpatialDropout1D: one,
  GaussianNoise: one,
  GaussianDropout: one,
  AlphaDropout: one,
  ZeroPadding2D: one,
  Cropping2D: one,
  Activation: one,
  ReLU: one,
  LeakyReLU: one,
  PReLU: one,
  ELU: one,
  Softmax: one,
  RelumineActivation: one,
  Dense: dense,
  Conv1D: convolution1d,
  Conv2D: convolution,
  DepthwiseConv2D: depthwise,
  SeparableConv2D: separable,
  Conv2DTranspose: transposedConvolution,
  BatchNormalization: batchNormalization,
  // A value is the maximum of every window that it is in, at most.
  MaxPooling2D: (layer) => ({ lipschitz: Math.sqrt(overlap(layer).windows) }),
  GlobalMaxPooling2D: one,
  // √(row sum · column sum) of the averaging matrix; with padding 'same' a window at the border has fewer values.
  AveragePooling2D: (layer) => {
    const { windows, values } = overlap(layer);
    const smallest = (layer as unknown as Fields).padding === 'same' ? 1 : values;
    return { lipschitz: Math.min(Math.sqrt(windows / smallest), Math.sqrt(windows)) };
  },
  GlobalAveragePooling2D: (layer, shape) => {
    const [h, w] = sizeOf(layer, shape);
    return { lipschitz: 1 / Math.sqrt(h * w) };
  },
  UpSampling2D: (layer) => {
    const [down, across] = (layer as unknown as Fields).size ?? [2, 2];
    return { lipschitz: Math.sqrt(down * across) };
  },
};

/** What a layer with spectral normalisation does at inference: its layer with the kernels as they are used. */
const normalized = (wrapper: SpectralNormalizationLayer, input: Shape, output: Shape): Promise<LayerLipschitz> =>
  withNormalizedWeights(wrapper, (weights) => {
    const layer = Object.create(wrapper.layer, { getWeights: { value: () => weights } }) as Layer;
    return lipschitzOfLayer(layer, input, output);
  });

/** @throws RangeError for a class of layer without a known bound */
export async function lipschitzOfLayer(layer: Layer, input: Shape, output: Shape): Promise<LayerLipschitz> {
  if (isWrapper(layer)) return normalized(layer, input, output);
  const rule = rules[layer.getClassName()];
  if (!rule) {
    const received = `'${layer.name}' (${layer.getClassName()})`;
    throw invalidArgument({ where, argument: 'model', rule: 'must be made of layers that can be bounded', received });
  }
  const linear = await rule(layer, input, output);
  const channels = output.at(-1) ?? Number.POSITIVE_INFINITY;
  return { ...linear, lipschitz: linear.lipschitz * (await activationLipschitz(layer, channels)) };
}

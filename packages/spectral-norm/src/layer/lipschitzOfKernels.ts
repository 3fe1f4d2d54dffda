import { invalidArgument } from '@relumine/core';
import { reshape, slice, type Tensor, type Tensor4D, tidy, transpose } from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';
import { hermitianEigenvalues } from '../linalg/hermitianEigenvalues';
import { gramMatrix } from '../linalg/transfer';
import { operatorNorm } from '../operator/operatorNorm';
import type { LayerLipschitz, Shape } from './lipschitz';

type Layer = layers.Layer;
type Pair = number | [number, number];

const where = 'spectral-norm/lipschitzBound';

interface Fields {
  strides?: Pair;
  padding?: 'same' | 'valid';
  dilationRate?: Pair;
}

/** The spectral norm of the matrix [everything else, out]. */
export async function matrixNorm(kernel: Tensor): Promise<number> {
  const columns = kernel.shape.at(-1)!;
  const re = Float64Array.from(await kernel.data());
  const gram = gramMatrix({ re, im: new Float64Array(re.length) }, re.length / columns, columns);
  return Math.sqrt(Math.max(0, hermitianEigenvalues(gram, gram.n).at(-1) ?? 0));
}

export function sizeOf(layer: Layer, shape: Shape): [number, number] {
  const [, h, w] = shape;
  if (typeof h === 'number' && typeof w === 'number') return [h, w];
  const received = `'${layer.name}' with an input of [${shape.join(', ')}]`;
  throw invalidArgument({ where, argument: 'model', rule: 'must have inputs of known size', received });
}

export async function convolution(layer: Layer, shape: Shape): Promise<LayerLipschitz> {
  const kernel = layer.getWeights()[0] as Tensor4D;
  const { strides = 1, padding = 'valid', dilationRate = 1 } = layer as unknown as Fields;
  const options = { inputShape: sizeOf(layer, shape), strides, dilations: dilationRate, padding };
  const norm = await operatorNorm(kernel, options);
  return { lipschitz: norm, operatorNorm: norm, reshaped: await matrixNorm(kernel) };
}

/** Each input channel has its own kernel: the largest of their norms. */
async function byChannel(layer: Layer, shape: Shape, dilations: Pair): Promise<LayerLipschitz> {
  const kernel = layer.getWeights()[0] as Tensor4D;
  const { strides = 1, padding = 'valid' } = layer as unknown as Fields;
  const options = { inputShape: sizeOf(layer, shape), strides, dilations, padding };
  const [kh, kw, channels, multiplier] = kernel.shape;
  let [norm, reshaped] = [0, 0];
  for (let c = 0; c < channels; c++) {
    const one = slice(kernel, [0, 0, c, 0], [kh, kw, 1, multiplier]);
    try {
      norm = Math.max(norm, await operatorNorm(one, options));
      reshaped = Math.max(reshaped, await matrixNorm(one));
    } finally {
      one.dispose();
    }
  }
  return { lipschitz: norm, operatorNorm: norm, reshaped };
}

/** tfjs's layer knows no dilation. */
export const depthwise = (layer: Layer, shape: Shape): Promise<LayerLipschitz> => byChannel(layer, shape, 1);

/** A 1-D convolution is a 2-D one of height 1. */
export async function convolution1d(layer: Layer, shape: Shape): Promise<LayerLipschitz> {
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
export async function transposedConvolution(layer: Layer, _: Shape, output: Shape): Promise<LayerLipschitz> {
  const kernel = layer.getWeights()[0] as Tensor4D;
  const { strides = 1, padding = 'valid' } = layer as unknown as Fields;
  const norm = await operatorNorm(kernel, { inputShape: sizeOf(layer, output), strides, padding });
  const turned = tidy(() => transpose(kernel, [0, 1, 3, 2]));
  const reshaped = await matrixNorm(turned);
  turned.dispose();
  return { lipschitz: norm, operatorNorm: norm, reshaped };
}

export async function dense(layer: Layer): Promise<LayerLipschitz> {
  const norm = await matrixNorm(layer.getWeights()[0]!);
  return { lipschitz: norm, operatorNorm: norm, reshaped: norm };
}

/** A convolution of each channel, then one of 1 × 1 across them. */
export async function separable(layer: Layer, shape: Shape): Promise<LayerLipschitz> {
  const first = await byChannel(layer, shape, (layer as unknown as Fields).dilationRate ?? 1);
  const second = await matrixNorm(layer.getWeights()[1]!);
  const [norm, reshaped] = [first.lipschitz * second, first.reshaped! * second];
  return { lipschitz: norm, operatorNorm: norm, reshaped };
}

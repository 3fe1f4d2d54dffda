import { type Tensor, tidy, transpose } from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';
import type { LayerLipschitz } from './lipschitz';
import { matrixNorm } from './lipschitzOfKernels';

type Layer = layers.Layer;

interface Fields {
  strides?: number | number[];
  dilationRate?: number | number[];
}

const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
const along = (value: number | number[] | undefined, axis: number): number =>
  [value ?? 1].flat()[Array.isArray(value) ? axis : 0] ?? 1;

/**
 * Each output is the kernel's matrix times a patch, and a value is in at most Π ⌈k / (s / gcd(s, d))⌉ patches: the norm is at most
 * the matrix's times the root of that, whatever the padding. (With stride 1, Singla and Feizi's bound √(kernel size) · norm.)
 *
 * @param kernel float32[depth, height, width, in, out]; borrowed
 */
async function bound(layer: Layer, kernel: Tensor): Promise<LayerLipschitz> {
  const { strides, dilationRate } = layer as unknown as Fields;
  const patches = kernel.shape.slice(0, 3).reduce((product, size, axis) => {
    const [stride, dilation] = [along(strides, axis), along(dilationRate, axis)];
    return product * Math.ceil(size / (stride / divisor(stride, dilation)));
  }, 1);
  const reshaped = await matrixNorm(kernel);
  const norm = reshaped * Math.sqrt(patches);
  return { lipschitz: norm, operatorNorm: norm, reshaped };
}

export const convolution3d = (layer: Layer): Promise<LayerLipschitz> => bound(layer, layer.getWeights()[0]!);

/** The adjoint of the convolution with its kernel turned, which has the same norm. */
export async function transposedConvolution3d(layer: Layer): Promise<LayerLipschitz> {
  const kernel = layer.getWeights()[0]!;
  const { lipschitz } = await bound(layer, kernel);
  const turned = tidy(() => transpose(kernel, [0, 1, 2, 4, 3]));
  try {
    return { lipschitz, operatorNorm: lipschitz, reshaped: await matrixNorm(turned) };
  } finally {
    turned.dispose();
  }
}

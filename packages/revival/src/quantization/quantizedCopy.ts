import type { LayersModel } from '@tensorflow/tfjs-layers';
import { layerRule } from '../channels/layerRules';
import { copyModel } from '../copyModel';
import { readWeights, writeWeights } from '../weights';
import { fakeQuantizeValues, type Granularity } from './quantize';

export interface WeightQuantization {
  bits: number;
  granularity: Granularity;
}

/** A layer's channels whose kernels quantise to nothing but zeros although they are not. */
export type ZeroedKernels = Map<string, number[]>;

/** The axis of a kernel that runs over the channels it makes, as the last axis of a matrix view. */
function channelOf(shape: readonly number[], axis: number): (i: number) => number {
  const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  return (i) => Math.floor(i / inner) % shape[axis]!;
}

/** Quantises one kernel with one scale, or with one for each slice of `axis`. */
function quantizeKernel(
  values: Float32Array,
  shape: readonly number[],
  axis: number,
  { bits, granularity }: WeightQuantization,
): Float32Array {
  const signed = { bits, granularity: 'tensor', signed: true } as const;
  if (granularity === 'tensor') return fakeQuantizeValues(values, 1, signed);
  const channel = channelOf(shape, axis);
  const slices: number[][] = Array.from({ length: shape[axis]! }, () => []);
  for (let i = 0; i < values.length; i++) slices[channel(i)]!.push(i);
  const quantized = new Float32Array(values.length);
  for (const slice of slices) {
    const part = fakeQuantizeValues(
      Float32Array.from(slice, (i) => values[i]!),
      1,
      signed,
    );
    slice.forEach((i, k) => {
      quantized[i] = part[k]!;
    });
  }
  return quantized;
}

/**
 * A copy of a model whose kernels went through quantisation and back; biases, normalisation and slopes stay float, as
 * integer runtimes keep them in 32 bits.
 *
 * @returns the copy, which the caller disposes, and the channels whose kernels became all zero
 */
export async function quantizedCopy(
  where: string,
  model: LayersModel,
  quantization: WeightQuantization,
): Promise<{ copy: LayersModel; zeroed: ZeroedKernels }> {
  const copy = await copyModel(where, model);
  const zeroed: ZeroedKernels = new Map();
  try {
    for (const layer of copy.layers) {
      if (layer.weights.length === 0) continue;
      const original = model.getLayer(layer.name);
      const rule = layerRule(original);
      const weights = await readWeights(original);
      const kernels = weights.map((weight, i) => {
        const axis = rule.weights[i]?.output;
        if (weight.shape.length < 2 || axis === undefined || layer.getClassName() === 'PReLU') return weight;
        const values = quantizeKernel(weight.values, weight.shape, axis, quantization);
        const channel = channelOf(weight.shape, axis);
        const [before, after] = [new Set<number>(), new Set<number>()];
        for (let j = 0; j < values.length; j++) {
          if (weight.values[j] !== 0) before.add(channel(j));
          if (values[j] !== 0) after.add(channel(j));
        }
        const lost = [...before].filter((c) => !after.has(c)).sort((a, b) => a - b);
        if (lost.length > 0) zeroed.set(layer.name, lost);
        return { shape: weight.shape, values };
      });
      writeWeights(layer, kernels);
    }
    return { copy, zeroed };
  } catch (error) {
    copy.dispose();
    throw error;
  }
}

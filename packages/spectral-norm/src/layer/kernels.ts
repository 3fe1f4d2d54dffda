import { describe, invalidArgument } from '@relumine/core';
import type { LayerVariable, layers } from '@tensorflow/tfjs-layers';

/** A kernel of a layer, by the field that holds it, and the axis of its outputs. */
export interface LayerKernel {
  readonly field: 'kernel' | 'depthwiseKernel' | 'pointwiseKernel' | 'embeddings';
  readonly axis: number;
}

/** What is normalised in each class of layer; depthwise kernels [h, w, in, multiplier] by their input channels. */
const kernelsByClass: Readonly<Record<string, readonly LayerKernel[]>> = {
  Dense: [{ field: 'kernel', axis: 1 }],
  Conv1D: [{ field: 'kernel', axis: 2 }],
  Conv2D: [{ field: 'kernel', axis: 3 }],
  Conv3D: [{ field: 'kernel', axis: 4 }],
  Conv2DTranspose: [{ field: 'kernel', axis: 2 }],
  Conv3DTranspose: [{ field: 'kernel', axis: 3 }],
  DepthwiseConv2D: [{ field: 'depthwiseKernel', axis: 2 }],
  SeparableConv2D: [
    { field: 'depthwiseKernel', axis: 2 },
    { field: 'pointwiseKernel', axis: 3 },
  ],
  Embedding: [{ field: 'embeddings', axis: 1 }],
};

/** The kernels of a layer that spectral normalisation acts on; throws where the layer has none. */
export function kernelsOf(layer: layers.Layer): readonly LayerKernel[] {
  const kernels = kernelsByClass[layer?.getClassName?.() ?? ''];
  if (kernels) return kernels;
  throw invalidArgument({
    where: 'spectral-norm/spectralNormalization',
    argument: 'layer',
    rule: `must be one of ${Object.keys(kernelsByClass).join(', ')}`,
    received: layer?.getClassName?.() ?? describe(layer),
    wayOut: 'Wrap the layer that owns the kernel.',
    type: TypeError,
  });
}

/** The variable in a layer's field. */
export function variableOf(layer: layers.Layer, { field }: LayerKernel): LayerVariable {
  return (layer as unknown as Record<string, LayerVariable>)[field]!;
}

/** Runs `action` while the layer reads `value` in place of its kernel; gradients flow into `value`. */
export function withKernel<T>(layer: layers.Layer, kernel: LayerKernel, value: unknown, action: () => T): T {
  const holder = layer as unknown as Record<string, unknown>;
  const own = holder[kernel.field];
  holder[kernel.field] = { read: () => value };
  try {
    return action();
  } finally {
    holder[kernel.field] = own;
  }
}

import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { isActivationLayer } from './activationOf';
import { fieldsOf, type Layer } from './layerFields';
import { type Use, walk } from './walk';

/** z of one use of a layer, and h = f(z). */
function callApart(layer: Layer, inputs: Tensor[]): { z: Tensor; h: Tensor[] } {
  const call = (): Tensor[] => [layer.call(inputs.length === 1 ? inputs[0]! : inputs, {})].flat();
  if (isActivationLayer(layer)) return { z: inputs[0]!, h: call() };
  const fields = fieldsOf(layer);
  const { activation } = fields;
  if (!activation || activation.getClassName() === 'linear') {
    const h = call();
    return { z: h[0]!, h };
  }
  // Convolutions and dense layers fuse an activation that they know by name. Without a name they return z.
  const unnamed = { getClassName: { value: () => null }, apply: { value: (z: Tensor) => z } };
  fields.activation = Object.create(activation, unnamed);
  try {
    const z = call()[0]!;
    return { z, h: [activation.apply(z)] };
  } finally {
    fields.activation = activation;
  }
}

/**
 * Runs the model's own layers on `inputs` as in inference, and shows z of every use of a layer on the way. Call it
 * inside `tidy` or a gradient; the model is as before afterwards.
 */
export function forward(model: LayersModel, inputs: readonly Tensor[], see: (use: Use, z: Tensor) => void): Tensor[] {
  return walk<Tensor>(model, inputs, (use, arguments_) => {
    const { z, h } = callApart(use.layer, arguments_);
    see(use, z);
    return h;
  });
}

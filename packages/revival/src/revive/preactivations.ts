import { type Tensor, tidy } from '@tensorflow/tfjs-core';
import { model as createModel, type LayersModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { RuledCall } from '../channels/spaces';

interface Activating {
  activation?: { apply(z: Tensor, ...rest: unknown[]): Tensor; getClassName(): string };
}

/** Runs `action` with a layer's fused activation replaced by the identity. */
export function withoutActivation<T>(layer: RuledCall['layer'], action: () => T): T {
  const holder = layer as unknown as Activating;
  const { activation } = holder;
  if (!activation) return action();
  // A class name of null keeps tfjs from fusing the activation into the convolution.
  holder.activation = Object.assign(Object.create(activation) as NonNullable<Activating['activation']>, {
    apply: (z: Tensor) => z.clone(),
    getClassName: () => null as unknown as string,
  });
  try {
    return action();
  } finally {
    holder.activation = activation;
  }
}

/** The symbolic tensor whose values are z, and the call that must run without its activation to show them. */
export function preactivationSource({ layer, inputs, outputs, rule }: RuledCall): {
  tensor: SymbolicTensor;
  fused: boolean;
} {
  return rule.kind === 'producer'
    ? { tensor: outputs[0]!, fused: true }
    : { tensor: inputs[0] ?? (layer.output as SymbolicTensor), fused: false };
}

/**
 * Pre-activations z of one audited layer on `data`.
 *
 * @returns float32[batch, …, channels]; the caller's
 */
export function preactivations(model: LayersModel, call: RuledCall, data: Tensor): Tensor {
  const { tensor, fused } = preactivationSource(call);
  // Shares the model's layers and weights, so it must not be disposed.
  const part = createModel({ inputs: model.inputs, outputs: tensor });
  return tidy(() => {
    const run = (): Tensor => part.predict(data) as Tensor;
    return fused ? withoutActivation(call.layer, run) : run();
  });
}

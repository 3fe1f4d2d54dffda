import type { layers } from '@tensorflow/tfjs-layers';
import type { ResponseParams } from '../statistics/responses';

type Layer = layers.Layer;

/** An activation found in a model. */
export interface FoundActivation {
  activation: string;
  params: ResponseParams;
}

/** tfjs's class names of activation functions, and Relumine's names for them; linear and softmax are not looked at. */
const byClassName: Readonly<Record<string, FoundActivation>> = {
  relu: { activation: 'relu', params: {} },
  relu6: { activation: 'relu6', params: {} },
  elu: { activation: 'elu', params: {} },
  selu: { activation: 'selu', params: {} },
  sigmoid: { activation: 'sigmoid', params: {} },
  // tfjs's hardSigmoid is clip(0.2 x + 0.5), not PyTorch's relu6(x + 3) / 6: its slope ends at ±2.5.
  hardSigmoid: { activation: 'hardtanh', params: { min: -2.5, max: 2.5 } },
  softplus: { activation: 'softplus', params: {} },
  softsign: { activation: 'softsign', params: {} },
  tanh: { activation: 'tanh', params: {} },
  swish: { activation: 'silu', params: {} },
  mish: { activation: 'mish', params: {} },
  gelu: { activation: 'gelu', params: {} },
  gelu_new: { activation: 'gelu', params: { approximate: 'tanh' } },
};

interface ActivationFields {
  activation?: { getClassName?(): string; relumine?: { name: string; params?: ResponseParams } };
  /** Relumine's own layer says what it is. */
  relumine?: { name: string; params?: ResponseParams };
  alpha?: number | { shape: number[] };
  theta?: number;
  maxValue?: number | null;
}

const fromRelumine = ({ name, params = {} }: { name: string; params?: ResponseParams }): FoundActivation => ({
  activation: name,
  params,
});

/** The activation that a layer of its own applies to what it reads; undefined for any other layer. */
export function activationOfLayer(layer: Layer): FoundActivation | undefined {
  const fields = layer as unknown as ActivationFields;
  if (fields.relumine) return fromRelumine(fields.relumine);
  switch (layer.getClassName()) {
    case 'ReLU':
      if (fields.maxValue === 6) return { activation: 'relu6', params: {} };
      return fields.maxValue == null
        ? { activation: 'relu', params: {} }
        : { activation: 'hardtanh', params: { min: 0, max: fields.maxValue } };
    case 'LeakyReLU':
      return { activation: 'leakyRelu', params: { negativeSlope: Number(fields.alpha ?? 0.3) } };
    case 'ELU':
      return { activation: 'elu', params: { alpha: Number(fields.alpha ?? 1) } };
    case 'PReLU':
      return { activation: 'prelu', params: {} };
    case 'ThresholdedReLU':
      return { activation: 'threshold', params: { threshold: Number(fields.theta ?? 1) } };
    case 'Activation':
      return fusedActivation(layer);
    default:
      return undefined;
  }
}

/** The activation that a convolution or dense layer applies to its own result; undefined where it has none to look at. */
export function fusedActivation(layer: Layer): FoundActivation | undefined {
  const { activation } = layer as unknown as ActivationFields;
  if (activation?.relumine) return fromRelumine(activation.relumine);
  const className = activation?.getClassName?.();
  return className === undefined ? undefined : byClassName[className];
}

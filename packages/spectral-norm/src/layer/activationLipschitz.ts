import { invalidArgument } from '@relumine/core';
import type { LayerVariable, layers } from '@tensorflow/tfjs-layers';

type Layer = layers.Layer;
type Params = Readonly<Record<string, number | string | undefined>>;

interface ActivationFields {
  activation?: { getClassName?(): string; relumine?: { name: string; params?: Params } };
  relumine?: { name: string; params?: Params };
  alpha?: number | LayerVariable;
}

const slope = (value: number | string | undefined, otherwise: number): number =>
  Math.max(1, Math.abs(typeof value === 'number' ? value : otherwise));

/** max |f'|, or the largest norm of the Jacobian where entries depend on each other; PyTorch's names and tfjs's. */
const constants: Readonly<Record<string, number | ((params: Params, channels: number) => number)>> = {
  linear: 1,
  relu: 1,
  relu6: 1,
  leakyRelu: ({ negativeSlope }) => slope(negativeSlope, 0.01),
  prelu: ({ alpha }) => slope(alpha, 0.25),
  rrelu: ({ upper, lower }) => Math.max(slope(upper, 1 / 3), slope(lower, 1 / 8)),
  elu: ({ alpha }) => slope(alpha, 1),
  // With alpha below 0 it falls ever faster.
  celu: ({ alpha }) => (typeof alpha === 'number' && alpha < 0 ? Number.POSITIVE_INFINITY : 1),
  selu: 1.7580993408473766,
  gelu: ({ approximate }) => (approximate === 'tanh' ? 1.1290042 : 1.1289083),
  gelu_new: 1.1290042,
  silu: 1.0998394,
  swish: 1.0998394,
  mish: 1.0885176,
  softplus: 1,
  squareplus: 1,
  softsign: 1,
  tanh: 1,
  sigmoid: 0.25,
  hardtanh: 1,
  hardsigmoid: 1 / 6,
  hardSigmoid: 0.2,
  hardswish: 1.5,
  logSigmoid: 1,
  tanhshrink: 1,
  softshrink: 1,
  // diag(p) − p pᵀ has absolute row sums 2 p (1 − p).
  softmax: 0.5,
  // I − 1 pᵀ is longest where p is a corner of the simplex.
  logSoftmax: (_, channels) => Math.sqrt(channels),
  crelu: 1,
};

function constantOf(layer: Layer, channels: number, name: string, params: Params = {}): number {
  const known = constants[name];
  const found = typeof known === 'function' ? known(params, channels) : known;
  if (found !== undefined && found < Number.POSITIVE_INFINITY) return found;
  throw invalidArgument({
    where: 'spectral-norm/lipschitzBound',
    argument: 'model',
    rule: 'must have activations with a Lipschitz constant',
    received: `'${layer.name}' (${name})`,
  });
}

/** The Lipschitz constant of what a layer applies last to so many channels, or is; 1 where there is nothing. */
export async function activationLipschitz(layer: Layer, channels: number): Promise<number> {
  const { activation, relumine, alpha } = layer as unknown as ActivationFields;
  if (typeof alpha === 'object' && alpha !== null) {
    const values = Array.from(await alpha.read().data());
    return Math.max(1, ...values.map(Math.abs));
  }
  if (relumine) return constantOf(layer, channels, relumine.name, relumine.params);
  const className = layer.getClassName();
  if (className === 'Softmax') return constantOf(layer, channels, 'softmax');
  if (className === 'LeakyReLU' || className === 'ELU') return slope(alpha as number, 1);
  if (activation?.relumine) return constantOf(layer, channels, activation.relumine.name, activation.relumine.params);
  const name = activation?.getClassName?.();
  return name === undefined ? 1 : constantOf(layer, channels, name);
}

/** What a network is made of, as the page chooses it. */
export interface NetworkChoices {
  /** Convolutions, or dense layers alone; data in the plane always gets dense ones. */
  kind: NetworkKind;
  /** Hidden layers. */
  depth: number;
  /** Channels of the first hidden layer; units of each where `dense`. */
  width: number;
  activation: string;
  /** The activation's parameters; those left out have their defaults. */
  params: Readonly<Record<string, number>>;
  /** A second activation on the first one's output; empty for none. */
  after: string;
  initializer: string;
  /** Where hidden biases start. */
  bias: number;
  normalization: Normalization;
  optimizer: OptimizerName;
  learningRate: number;
}

export const dataNames = ['digits', 'fashion', 'circles', 'spirals', 'own'] as const;
export const optimizerNames = ['adam', 'adamw', 'momentum', 'sgd'] as const;
export const normalizations = ['none', 'batch', 'spectral'] as const;
export const networkKinds = ['conv', 'dense'] as const;
export const mostNetworks = 4;

export type DataName = (typeof dataNames)[number];
export type OptimizerName = (typeof optimizerNames)[number];
export type Normalization = (typeof normalizations)[number];
export type NetworkKind = (typeof networkKinds)[number];

/** Networks that train side by side: on the same batches, from the same seed. */
export interface TrainingPlan {
  data: DataName;
  seed: number;
  networks: NetworkChoices[];
}

export const planar = (data: DataName): boolean => data === 'circles' || data === 'spirals';

export const defaultNetwork: NetworkChoices = {
  kind: 'conv',
  depth: 2,
  width: 16,
  activation: 'relu',
  params: {},
  after: '',
  initializer: 'heNormal',
  bias: 0,
  normalization: 'none',
  optimizer: 'adam',
  learningRate: 0.03,
};

export const defaultPlan: TrainingPlan = { data: 'digits', seed: 1, networks: [defaultNetwork] };

export const learningRates: readonly number[] = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3];
export const biases: readonly number[] = [-1, -0.5, -0.3, -0.1, 0, 0.1, 0.5];
export const widths: readonly number[] = [2, 4, 8, 16, 32];
export const depths: Readonly<Record<NetworkKind, readonly number[]>> = {
  conv: [1, 2, 3, 4],
  dense: [1, 2, 3, 5, 10, 15],
};

/** The same choices, where they fit the data: the plane has no pixels to convolve. */
export function fitted(network: NetworkChoices, data: DataName): NetworkChoices {
  const kind = planar(data) ? 'dense' : network.kind;
  const allowed = depths[kind];
  const depth = allowed.includes(network.depth) ? network.depth : (allowed.findLast((d) => d <= network.depth) ?? 2);
  return { ...network, kind, depth };
}

const known: Readonly<Record<string, string>> = {
  relu: 'ReLU',
  relu6: 'ReLU6',
  leakyRelu: 'leaky ReLU',
  prelu: 'PReLU',
  rrelu: 'RReLU',
  elu: 'ELU',
  celu: 'CELU',
  selu: 'SELU',
  gelu: 'GELU',
  silu: 'SiLU',
  mish: 'Mish',
};

/** An activation's name as papers write it. */
export const activationLabel = (name: string): string => known[name] ?? name;

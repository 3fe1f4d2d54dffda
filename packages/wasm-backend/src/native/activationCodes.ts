type Attrs = Readonly<Record<string, unknown>>;

/** A kernel's number in `assembly/activations.as` and its two parameters, from the attributes of the call. */
export interface ActivationCode {
  op(attrs: Attrs): number;
  parameters?(attrs: Attrs): [a: number, b: number];
}

const read = (attrs: Attrs, name: string, otherwise: number): number => {
  const value = attrs[name];
  return typeof value === 'number' ? value : otherwise;
};

const plain = (op: number): ActivationCode => ({ op: () => op });

/** A function whose attributes `names` are its parameters, with their defaults. */
const withParameters = (op: number, first: [string, number], second?: [string, number]): ActivationCode => ({
  op: () => op,
  parameters: (attrs) => [read(attrs, ...first), second ? read(attrs, ...second) : 0],
});

/** The functions with one compiled pass each; what an attribute leaves out has PyTorch's default. */
export const activationCodes: Readonly<Record<string, ActivationCode>> = {
  relu: plain(0),
  relu6: plain(1),
  leakyRelu: withParameters(2, ['negativeSlope', 0.01]),
  elu: withParameters(3, ['alpha', 1]),
  celu: withParameters(4, ['alpha', 1]),
  selu: plain(5),
  silu: plain(6),
  mish: plain(7),
  softplus: withParameters(8, ['beta', 1], ['threshold', 20]),
  sigmoid: plain(9),
  tanh: plain(10),
  softsign: plain(11),
  hardtanh: withParameters(12, ['min', -1], ['max', 1]),
  hardsigmoid: plain(13),
  hardswish: plain(14),
  gelu: { op: ({ approximate }) => (approximate === 'tanh' ? 15 : 16) },
  squareplus: withParameters(17, ['b', 4]),
  logSigmoid: plain(18),
  tanhshrink: plain(19),
  softshrink: withParameters(20, ['lambda', 0.5]),
  hardshrink: withParameters(21, ['lambda', 0.5]),
  threshold: withParameters(22, ['threshold', 0], ['value', 0]),
};

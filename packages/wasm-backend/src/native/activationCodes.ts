/** A kernel's number in `assembly/activations.as` and its two parameters, from the attributes of the call. */
export interface ActivationCode {
  readonly op: number;
  parameters?(attrs: Readonly<Record<string, unknown>>): [a: number, b: number];
}

const read = (attrs: Readonly<Record<string, unknown>>, name: string, otherwise: number): number => {
  const value = attrs[name];
  return typeof value === 'number' ? value : otherwise;
};

/** The functions with one compiled pass each; what an attribute leaves out has PyTorch's default. */
export const activationCodes: Readonly<Record<string, ActivationCode>> = {
  relu: { op: 0 },
  relu6: { op: 1 },
  leakyRelu: { op: 2, parameters: (attrs) => [read(attrs, 'negativeSlope', 0.01), 0] },
  elu: { op: 3, parameters: (attrs) => [read(attrs, 'alpha', 1), 0] },
};

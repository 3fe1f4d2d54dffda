import type { KernelValues } from './transfer';

/** A kernel's taps as real matrices [n × length] with n the smaller number of channels, one after another. */
export interface Taps {
  readonly values: Float64Array;
  readonly height: number;
  readonly width: number;
  readonly n: number;
  readonly length: number;
}

export function tapsByRows({ values, height, width, inputs, outputs }: KernelValues): Taps {
  if (inputs <= outputs) return { values, height, width, n: inputs, length: outputs };
  const block = inputs * outputs;
  const turned = new Float64Array(values.length);
  for (let from = 0; from < values.length; from += block) {
    for (let i = 0; i < inputs; i++)
      for (let o = 0; o < outputs; o++) turned[from + o * inputs + i] = values[from + i * outputs + o]!;
  }
  return { values: turned, height, width, n: outputs, length: inputs };
}

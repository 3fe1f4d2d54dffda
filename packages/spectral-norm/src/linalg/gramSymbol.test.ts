import { createRandom } from '@relumine/core';
import { expect, test } from 'vitest';
import { gramSymbol } from './gramSymbol';
import { packed, packedZeros } from './packedHermitian';
import { frequencies, gramMatrix, type KernelValues, transferMatrices } from './transfer';

function random(height: number, width: number, inputs: number, outputs: number): KernelValues {
  const source = createRandom(height + 10 * width + 100 * inputs + 1000 * outputs);
  const values = Float64Array.from({ length: height * width * inputs * outputs }, () => source.normal());
  return { values, height, width, inputs, outputs };
}

test.each([
  [random(3, 3, 4, 5), [8, 6]],
  [random(3, 3, 5, 4), [7, 9]],
  [random(1, 3, 3, 3), [5, 8]],
  [random(3, 1, 1, 2), [6, 1]],
  [random(1, 1, 3, 2), [4, 4]],
  [random(5, 2, 7, 6), [16, 15]],
  // Large for its input: each frequency by itself.
  [random(5, 5, 3, 2), [5, 5]],
] as const)('the Gram matrix of every frequency, case %#', (kernel, shape) => {
  const symbol = gramSymbol(kernel, shape);
  const matrixAt = transferMatrices(kernel, shape);
  const found = packedZeros(symbol.n);
  for (const at of frequencies(shape[0], shape[1])) {
    symbol.at(at, found);
    const expected = gramMatrix(matrixAt(at), kernel.inputs, kernel.outputs);
    expect(expected.n).toBe(symbol.n);
    const scale = Math.max(...expected.re.map(Math.abs));
    for (const [k, value] of packed(expected, expected.n).values.entries())
      expect(Math.abs(found.values[k]! - value)).toBeLessThan(1e-13 * scale);
  }
});

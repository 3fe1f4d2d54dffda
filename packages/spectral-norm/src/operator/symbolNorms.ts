import { hasKernel, type Random, symbolNormsKernel } from '@relumine/core';
import { dispose, engine, type NamedAttrMap, type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import { gramSymbol } from '../linalg/gramSymbol';
import { lagMatrices, lagsPay } from '../linalg/lagMatrices';
import { lagTensors } from '../linalg/lagTensors';
import { lanczosWork, largestEigenvalue } from '../linalg/largestEigenvalue';
import { packedZeros } from '../linalg/packedHermitian';
import type { Frequency, KernelValues } from '../linalg/transfer';

/** A frequency is known where its residual is below `tolerance`, and left where 3 residuals more stay below `share` of the best. */
export interface SearchLimits {
  readonly tolerance: number;
  readonly share: number;
}

/** The largest eigenvalue of the Gram matrix at each of some frequencies of a torus, from below: close only where it is large. */
export type SymbolNorms = (
  shape: readonly [number, number],
  order: readonly Frequency[],
  limits: SearchLimits,
) => Promise<number[]>;

/** By the backend's kernel, in float32. */
async function withNative<T>(
  kernel: KernelValues,
  random: Random,
  use: (norms: SymbolNorms) => Promise<T>,
): Promise<T> {
  const { even, odd, lags } = await lagTensors(kernel);
  const [n, padded] = [Math.min(kernel.inputs, kernel.outputs), even.shape[1]];
  const values = Float32Array.from({ length: 2 * padded }, (_, i) => (i % padded < n ? random.normal() : 0));
  const start = tensor2d(values, [2, padded]);
  try {
    return await use(async (shape, order, limits) => {
      const frequencies = order.map(({ row, column }) => [row, column]);
      const attrs = { lags, shape, frequencies, ...limits } as unknown as NamedAttrMap;
      const found = engine().runKernel(symbolNormsKernel, { even, odd, start }, attrs) as Tensor;
      const estimates = await found.data<'float32'>();
      found.dispose();
      return order.map((_, k) => estimates[2 * k]!);
    });
  } finally {
    dispose([even, odd, start]);
  }
}

/** The same in float64, without such a kernel. */
function composed(kernel: KernelValues, random: Random, pays: boolean): SymbolNorms {
  const n = Math.min(kernel.inputs, kernel.outputs);
  const [gram, work] = [packedZeros(n), lanczosWork(n)];
  const start = Float64Array.from({ length: 2 * n }, () => random.normal());
  const lags = pays ? lagMatrices(kernel) : undefined;
  return async (shape, order, { tolerance, share }) => {
    const symbol = gramSymbol(kernel, shape, lags);
    let best = 0;
    return order.map((at) => {
      symbol.at(at, gram);
      const { value } = largestEigenvalue(gram, start, work, ({ value: so, residual }) => {
        return residual <= tolerance * so || so + 3 * residual <= share * best;
      });
      best = Math.max(best, value);
      return value;
    });
  };
}

/** What is taken from one kernel is computed once, for all that `use` asks; freed afterwards. */
export function withSymbolNorms<T>(
  kernel: KernelValues,
  shape: readonly [number, number],
  random: Random,
  use: (norms: SymbolNorms) => Promise<T>,
): Promise<T> {
  const pays = lagsPay(kernel, shape);
  // For each distance of columns, a product of all rows of taps with all of them must fit.
  const fits = kernel.width * (kernel.height * Math.min(kernel.inputs, kernel.outputs)) ** 2 <= 2 ** 23;
  if (pays && fits && hasKernel(symbolNormsKernel)) return withNative(kernel, random, use);
  return use(composed(kernel, random, pays));
}

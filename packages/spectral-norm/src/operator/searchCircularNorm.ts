import { createRandom, hasKernel, type Random, symbolNormsKernel } from '@relumine/core';
import { dispose, engine, type NamedAttrMap, type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import { gramSymbol } from '../linalg/gramSymbol';
import { lagsPay } from '../linalg/lagMatrices';
import { lagTensors } from '../linalg/lagTensors';
import { lanczosWork, largestEigenvalue, type Ritz } from '../linalg/largestEigenvalue';
import { packed, packedZeros } from '../linalg/packedHermitian';
import { type Frequency, frequencies, gramMatrix, type KernelValues, transferMatrices } from '../linalg/transfer';
import { wrapped } from './kernelValues';

/** A frequency is known where its residual is below `tolerance`, and left where 3 residuals more stay below `share` of the best. */
const limits = { tolerance: 1e-4, share: 0.98 };

/** All frequencies up to conjugation, row by row, rows and columns far from each other one after another: a good one comes early. */
function spread(shape: readonly [number, number]): Frequency[] {
  const golden = (k: number): number => (k * 0.6180339887498949) % 1;
  return frequencies(...shape).sort(
    (p, q) => golden(p.row) - golden(q.row) || golden(p.column) - golden(q.column) || p.row - q.row,
  );
}

/** The largest eigenvalue at each frequency, from below, by the backend's kernel: float32, and close only where it is large. */
async function native(
  kernel: KernelValues,
  shape: readonly [number, number],
  order: readonly Frequency[],
  random: Random,
): Promise<number[]> {
  const { even, odd, lags } = await lagTensors(kernel);
  const [n, padded] = [Math.min(kernel.inputs, kernel.outputs), even.shape[1]];
  const values = Float32Array.from({ length: 2 * padded }, (_, i) => (i % padded < n ? random.normal() : 0));
  const start = tensor2d(values, [2, padded]);
  const attrs = { lags, shape, frequencies: order.map(({ row, column }) => [row, column]), ...limits };
  try {
    const found = engine().runKernel(
      symbolNormsKernel,
      { even, odd, start },
      attrs as unknown as NamedAttrMap,
    ) as Tensor;
    const estimates = await found.data<'float32'>();
    found.dispose();
    return order.map((_, k) => estimates[2 * k]!);
  } finally {
    dispose([even, odd, start]);
  }
}

/** The same in float64, without such a kernel. */
function composed(
  kernel: KernelValues,
  shape: readonly [number, number],
  order: readonly Frequency[],
  random: Random,
): number[] {
  const symbol = gramSymbol(kernel, shape);
  const [gram, work] = [packedZeros(symbol.n), lanczosWork(symbol.n)];
  const start = Float64Array.from({ length: 2 * symbol.n }, () => random.normal());
  let best = 0;
  return order.map((at) => {
    symbol.at(at, gram);
    const { value } = largestEigenvalue(gram, start, work, ({ value: so, residual }) => {
      return residual <= limits.tolerance * so || so + 3 * residual <= limits.share * best;
    });
    best = Math.max(best, value);
    return value;
  });
}

/**
 * The norm of a circular convolution of stride 1: the frequency whose matrix has the largest singular value is searched by
 * Lanczos steps at all of them, left off early where they stay behind, and its singular value computed to 1e-10. So the
 * result is never above the norm. That no other frequency exceeds it is not proven: three residuals of a Ritz value after
 * six steps or more are no bound.
 */
export async function searchCircularNorm(
  kernel: KernelValues,
  shape: readonly [number, number],
  seed: number,
): Promise<number> {
  const own = wrapped(kernel, shape);
  const [order, random] = [spread(shape), createRandom(seed)];
  const n = Math.min(own.inputs, own.outputs);
  // One product of all taps with all taps must fit.
  const fits = lagsPay(own, shape) && (own.height * own.width * n) ** 2 <= 2 ** 23;
  const isNative = fits && hasKernel(symbolNormsKernel);
  const values = await (isNative ? native : composed)(own, shape, order, random);
  let first = 0;
  for (const [k, value] of values.entries()) if (value > values[first]!) first = k;
  const gram = gramMatrix(transferMatrices(own, shape)(order[first]!), own.inputs, own.outputs);
  const start = Float64Array.from({ length: 2 * n }, () => random.normal());
  const isKnown = ({ value, residual }: Ritz): boolean => residual <= 1e-10 * value;
  return Math.sqrt(Math.max(0, largestEigenvalue(packed(gram, n), start, lanczosWork(n), isKnown).value));
}

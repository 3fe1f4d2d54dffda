import { createRandom } from '@relumine/core';
import { interpolateTorus } from '../linalg/interpolateTorus';
import { lanczosWork, largestEigenvalue, type Ritz } from '../linalg/largestEigenvalue';
import { packed } from '../linalg/packedHermitian';
import { type Frequency, frequencies, gramMatrix, type KernelValues, transferMatrices } from '../linalg/transfer';
import { wrapped } from './kernelValues';
import { type SearchLimits, type SymbolNorms, withSymbolNorms } from './symbolNorms';

type Shape = readonly [number, number];

const everywhere: SearchLimits = { tolerance: 1e-4, share: 0.98 };
/** On the coarse torus values need only be good enough to say where to look; what they point to is few, and looked at well. */
const rough: SearchLimits = { tolerance: 3e-3, share: 0.9 };
const near: SearchLimits = { tolerance: 1e-4, share: 0.9 };
/** The share of the highest value from which on an interpolated one is looked at. */
const promising = 0.96;

/** All frequencies up to conjugation, row by row, rows and columns far from each other one after another: a good one comes early. */
function spread(shape: Shape): Frequency[] {
  const golden = (k: number): number => (k * 0.6180339887498949) % 1;
  return frequencies(...shape).sort(
    (p, q) => golden(p.row) - golden(q.row) || golden(p.column) - golden(q.column) || p.row - q.row,
  );
}

/**
 * A torus with six points to a wave of the Gram matrices' highest frequency, the taps' largest distance, or the given one where
 * that has hardly more.
 */
function coarse({ height, width }: KernelValues, [h, w]: Shape): Shape {
  const points = (taps: number, all: number): number => {
    const few = Math.max(1, 6 * (taps - 1));
    return 4 * few <= 3 * all ? few : all;
  };
  return [points(height, h), points(width, w)];
}

/** The frequencies of `shape` where values on the coarse torus let expect the highest ones, row by row, the best row first. */
function candidates(shape: Shape, few: Shape, order: readonly Frequency[], values: readonly number[]): Frequency[] {
  const all = new Float64Array(few[0] * few[1]);
  for (const [k, { row, column }] of order.entries()) {
    all[row * few[1] + column] = values[k]!;
    all[((few[0] - row) % few[0]) * few[1] + ((few[1] - column) % few[1])] = values[k]!;
  }
  const expected = interpolateTorus(all, few, shape);
  const at = ({ row, column }: Frequency): number => expected[row * shape[1] + column]!;
  const least = promising * expected.reduce((most, value) => Math.max(most, value), 0);
  const found = frequencies(...shape).filter((frequency) => at(frequency) >= least);
  const best = new Map<number, number>();
  for (const one of found) best.set(one.row, Math.max(best.get(one.row) ?? 0, at(one)));
  return found.sort((p, q) => best.get(q.row)! - best.get(p.row)! || p.row - q.row || at(q) - at(p));
}

/** The frequency where the largest eigenvalue is highest. */
async function strongest(kernel: KernelValues, shape: Shape, norms: SymbolNorms): Promise<Frequency> {
  const few = coarse(kernel, shape);
  const isCoarser = few[0] < shape[0] || few[1] < shape[1];
  let order = spread(few);
  if (isCoarser) order = candidates(shape, few, order, await norms(few, order, rough));
  const values = await norms(shape, order, isCoarser ? near : everywhere);
  let first = 0;
  for (const [k, value] of values.entries()) if (value > values[first]!) first = k;
  return order[first]!;
}

/**
 * The norm of a circular convolution of stride 1: the frequency whose matrix has the largest singular value is searched, and its
 * singular value computed to 1e-10. So the result is never above the norm. Lanczos steps give the value at every frequency,
 * and are left off early where it stays behind; a large torus is first seen on a coarser one, whose values, interpolated,
 * say which frequencies are worth the steps: the Gram matrices are trigonometric polynomials of the frequency, of low degree.
 * That no other frequency exceeds the one found is not proven: three residuals of a Ritz value after six steps or more are
 * no bound, nor is an interpolated value.
 */
export async function searchCircularNorm(kernel: KernelValues, shape: Shape, seed: number): Promise<number> {
  const own = wrapped(kernel, shape);
  const random = createRandom(seed);
  const found = await withSymbolNorms(own, shape, random, (norms) => strongest(own, shape, norms));
  const n = Math.min(own.inputs, own.outputs);
  const gram = gramMatrix(transferMatrices(own, shape)(found), own.inputs, own.outputs);
  const start = Float64Array.from({ length: 2 * n }, () => random.normal());
  const isKnown = ({ value, residual }: Ritz): boolean => residual <= 1e-10 * value;
  return Math.sqrt(Math.max(0, largestEigenvalue(packed(gram, n), start, lanczosWork(n), isKnown).value));
}

import { createRandom, type Random } from '@relumine/core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { hermitianEigenvalues } from '../linalg/hermitianEigenvalues';
import { gramMatrix, type KernelValues } from '../linalg/transfer';
import { complexTensorNorm } from './complexTensorNorm';
import { kernelValues } from './kernelValues';

/** Upper bounds of the norm of a convolution from its kernel alone. */
export interface NormBounds {
  /** √(height · width) times the smallest spectral norm of the four unfoldings (Singla & Feizi 2021). */
  unfolding: number;
  /** √(height · width) times the tensor norm over complex vectors (Grishina et al. 2024): the tighter one. */
  tensor: number;
}

const where = 'spectral-norm/normBounds';

/** The spectral norm of a real matrix. */
function spectralNorm(values: Float64Array, rows: number, columns: number): number {
  const gram = gramMatrix({ re: values, im: new Float64Array(values.length) }, rows, columns);
  return Math.sqrt(Math.max(0, hermitianEigenvalues(gram, gram.n).at(-1) ?? 0));
}

/** The kernel with its axes (height, width, in, out) in another order. */
function permuted({ values, height, width, inputs, outputs }: KernelValues, order: readonly number[]): Float64Array {
  const shape = [height, width, inputs, outputs];
  const strides = [width * inputs * outputs, inputs * outputs, outputs, 1];
  const [n0, n1, n2, n3] = order.map((axis) => shape[axis]!) as [number, number, number, number];
  const [s0, s1, s2, s3] = order.map((axis) => strides[axis]!) as [number, number, number, number];
  const out = new Float64Array(values.length);
  let at = 0;
  for (let a = 0; a < n0; a++)
    for (let b = 0; b < n1; b++)
      for (let c = 0; c < n2; c++) for (let d = 0; d < n3; d++) out[at++] = values[a * s0 + b * s1 + c * s2 + d * s3]!;
  return out;
}

/** Spectral norms of [in·h·w × out], [in·h × out·w], [in·w × out·h], [in × out·h·w]. */
function unfoldings(kernel: KernelValues): number[] {
  const { height: h, width: w, inputs, outputs } = kernel;
  const [H, W, I, O] = [0, 1, 2, 3];
  return [
    spectralNorm(permuted(kernel, [I, H, W, O]), inputs * h * w, outputs),
    spectralNorm(permuted(kernel, [I, H, O, W]), inputs * h, outputs * w),
    spectralNorm(permuted(kernel, [I, W, O, H]), inputs * w, outputs * h),
    spectralNorm(permuted(kernel, [I, O, H, W]), inputs, outputs * h * w),
  ];
}

/** Options of `normBounds`. */
export interface NormBoundsOptions {
  /** Starts of the search for the tensor norm; 8 unless given. */
  starts?: number;
  /** Decides the random ones; 0 unless given. */
  seed?: number;
}

/**
 * Bounds of a stride-1 convolution's norm, whatever the size of its input and its padding. The tensor norm is a maximum
 * over complex vectors, found by alternating maximisation from the kernel's own strongest frequencies and random starts;
 * over real vectors it is smaller, and no bound.
 *
 * @param kernel float32[height, width, in, out]; borrowed
 * @throws TypeError unless the kernel is float32, RangeError for another rank or NaN
 * @see Singla, Feizi 2021, Fantastic Four; Grishina, Gorbunov, Rakhuba 2024, Tight and Efficient Upper Bound on Spectral
 *   Norm of Convolutional Layers
 */
export async function normBounds(kernel: Tensor4D, options: NormBoundsOptions = {}): Promise<NormBounds> {
  const values = await kernelValues(where, kernel);
  const factor = Math.sqrt(values.height * values.width);
  const random: Random = createRandom(options.seed ?? 0);
  return {
    unfolding: factor * Math.min(...unfoldings(values)),
    tensor: factor * complexTensorNorm(values, options.starts ?? 8, random),
  };
}

import { invalidArgument, requireFinite, requireObject, requirePositiveInteger } from '@relumine/core';
import { type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import type { ComplexMatrix } from '../linalg/hermitianEigenvalues';
import { hermitianEigenvectors } from '../linalg/hermitianEigenvectors';
import { frequencies, gramMatrix, type KernelValues, transferMatrices } from '../linalg/transfer';
import { exactCircularNorm } from './exactCircularNorm';
import { kernelValues, requireInputShape } from './kernelValues';

/** Options of `clipSingularValues`. */
export interface ClipOptions {
  /** [height, width] of the input; not smaller than the kernel. */
  inputShape: readonly [number, number];
  /** What no singular value should exceed; 1 unless given. */
  max?: number;
  /** Rounds of clipping and cutting back to the kernel's size; 1 unless given. Each comes closer. */
  iterations?: number;
}

/** A kernel whose singular values are clipped, and what they were. */
export interface Clipped {
  /** float32 like the kernel; the caller's. */
  kernel: Tensor4D;
  /** The circular convolution's true norm before. */
  before: number;
  /** And of the result: cutting back to the kernel's size lets it exceed `max` again. */
  after: number;
}

const where = 'spectral-norm/clipSingularValues';

/** M · g(Mᴴ M), or g(M Mᴴ) · M: the same matrix with its singular values clipped. */
function clipped(matrix: ComplexMatrix, rows: number, columns: number, max: number): ComplexMatrix {
  const gram = gramMatrix(matrix, rows, columns);
  const { n } = gram;
  const { values, vectors } = hermitianEigenvectors(gram, n);
  const factors = values.map((value) => (value > max * max ? max / Math.sqrt(value) : 1));
  if (factors.every((factor) => factor === 1)) return matrix;
  const g = { re: new Float64Array(n * n), im: new Float64Array(n * n) };
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      for (let k = 0; k < n; k++) {
        const [ar, ai] = [vectors.re[i * n + k]! * factors[k]!, vectors.im[i * n + k]! * factors[k]!];
        const [br, bi] = [vectors.re[j * n + k]!, -vectors.im[j * n + k]!];
        g.re[i * n + j]! += ar * br - ai * bi;
        g.im[i * n + j]! += ar * bi + ai * br;
      }
    }
  }
  // The Gram matrix of columns is that of the conjugated columns' products: its factor is transposed.
  return rows <= columns ? product(g, matrix, rows, rows, columns) : product(matrix, transposed(g, n), rows, n, n);
}

const transposed = ({ re, im }: ComplexMatrix, n: number): ComplexMatrix => ({
  re: re.map((_, i) => re[(i % n) * n + Math.floor(i / n)]!),
  im: im.map((_, i) => im[(i % n) * n + Math.floor(i / n)]!),
});

function product(a: ComplexMatrix, b: ComplexMatrix, rows: number, inner: number, columns: number): ComplexMatrix {
  const out = { re: new Float64Array(rows * columns), im: new Float64Array(rows * columns) };
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < inner; k++) {
      const [ar, ai] = [a.re[i * inner + k]!, a.im[i * inner + k]!];
      for (let j = 0; j < columns; j++) {
        const [br, bi] = [b.re[k * columns + j]!, b.im[k * columns + j]!];
        out.re[i * columns + j]! += ar * br - ai * bi;
        out.im[i * columns + j]! += ar * bi + ai * br;
      }
    }
  }
  return out;
}

/** One round: clip at every frequency, and of the inverse transform keep the taps that the kernel has. */
function round(kernel: KernelValues, [h, w]: readonly [number, number], max: number): KernelValues {
  const { height, width, inputs, outputs } = kernel;
  const block = inputs * outputs;
  const values = new Float64Array(kernel.values.length);
  const matrixAt = transferMatrices(kernel, [h, w]);
  for (const at of frequencies(h, w)) {
    const { re, im } = clipped(matrixAt(at), inputs, outputs, max);
    for (let i = 0; i < height; i++) {
      for (let j = 0; j < width; j++) {
        const angle = 2 * Math.PI * ((at.row * i) / h + (at.column * j) / w);
        const [cos, sin] = [(Math.cos(angle) * at.weight) / (h * w), (Math.sin(angle) * at.weight) / (h * w)];
        const to = (i * width + j) * block;
        for (let k = 0; k < block; k++) values[to + k]! += cos * re[k]! - sin * im[k]!;
      }
    }
  }
  return { ...kernel, values };
}

function requireRoom({ height, width }: KernelValues, [h, w]: readonly [number, number]): void {
  if (height <= h && width <= w) return;
  const rule = `must not be smaller than the kernel, [${height}, ${width}]`;
  throw invalidArgument({ where, argument: 'options.inputShape', rule, received: `[${h}, ${w}]` });
}

/**
 * Clips the singular values of a circular convolution (stride 1) and cuts the result back to the kernel's size. The cut
 * undoes part of it, which is why the true norm is reported beside; more rounds come closer.
 *
 * @param kernel float32[height, width, in, out]; borrowed
 * @throws TypeError unless the kernel is float32; RangeError for another rank, NaN, or wrong options
 * @see Sedghi, Gupta, Long 2019, section 3
 */
export async function clipSingularValues(kernel: Tensor4D, options: ClipOptions): Promise<Clipped> {
  requireObject(where, 'options', options);
  const { inputShape, max = 1, iterations = 1 } = options;
  requireInputShape(where, inputShape);
  requireFinite(where, 'options.max', max, { min: 0, exclusive: true });
  requirePositiveInteger(where, 'options.iterations', iterations);
  let current = await kernelValues(where, kernel);
  requireRoom(current, inputShape);
  const before = exactCircularNorm(current, inputShape);
  for (let k = 0; k < iterations; k++) current = round(current, inputShape, max);
  return {
    kernel: tensor4d(Float32Array.from(current.values), kernel.shape),
    before,
    after: exactCircularNorm(current, inputShape),
  };
}

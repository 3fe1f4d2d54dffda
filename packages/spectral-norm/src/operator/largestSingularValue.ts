import { createRandom } from '@relumine/core';
import { tridiagonalEigenvalues } from '../linalg/tridiagonalEigenvalues';
import type { LinearOperator } from './convolution';

const enough = 5;

export interface IterationOptions {
  /** `'lanczos'` uses all steps so far, `'power'` the last one alone. */
  method: 'lanczos' | 'power';
  /** Ends where a step changes sigma by less than this share. */
  tolerance: number;
  /** Steps at most: a step is one forward and one adjoint. */
  iterations: number;
  seed: number;
}

export interface LargestSingularValue {
  sigma: number;
  iterations: number;
  converged: boolean;
}

/** x / ‖x‖ in place; returns the norm, in float64. */
function normalize(x: Float32Array): number {
  let squares = 0;
  for (let i = 0; i < x.length; i++) squares += x[i]! * x[i]!;
  const norm = Math.sqrt(squares);
  if (norm > 0) for (let i = 0; i < x.length; i++) x[i]! /= norm;
  return norm;
}

/** x − factor · y in place. */
function subtract(x: Float32Array, factor: number, y: Float32Array): void {
  for (let i = 0; i < x.length; i++) x[i]! -= factor * y[i]!;
}

/** The largest singular value of the lower bidiagonal matrix with α on its diagonal and β below, by BᵀB. */
function ofBidiagonal(alpha: readonly number[], beta: readonly number[]): number {
  const k = alpha.length;
  const diagonal = Float64Array.from({ length: k }, (_, i) => alpha[i]! ** 2 + (beta[i] ?? 0) ** 2);
  const beside = Float64Array.from({ length: k }, (_, i) => (i + 1 < k ? beta[i]! * alpha[i + 1]! : 0));
  return Math.sqrt(Math.max(0, ...tridiagonalEigenvalues(diagonal, beside)));
}

/**
 * The largest singular value of a linear operator: Golub–Kahan–Lanczos bidiagonalisation, or plain power iteration. Both
 * approach it from below. Lanczos needs the square root of the power iteration's steps, or fewer; without
 * reorthogonalisation it may find the same value twice, which the largest one does not suffer from.
 *
 * @see Golub & Van Loan, Matrix Computations, 10.4
 */
export function largestSingularValue(operator: LinearOperator, options: IterationOptions): LargestSingularValue {
  const random = createRandom(options.seed);
  let v: Float32Array = Float32Array.from({ length: operator.inputSize }, () => random.normal());
  normalize(v);
  let u: Float32Array | undefined;
  const [alpha, beta]: [number[], number[]] = [[], []];
  let sigma = 0;
  let quiet = 0;
  for (let step = 1; step <= options.iterations; step++) {
    const next = operator.forward(v);
    if (u && options.method === 'lanczos') subtract(next, beta.at(-1)!, u);
    alpha.push(normalize(next));
    u = next;
    const back = operator.adjoint(u);
    if (options.method === 'lanczos') subtract(back, alpha.at(-1)!, v);
    beta.push(normalize(back));
    v = back;
    const now = options.method === 'lanczos' ? ofBidiagonal(alpha, beta) : beta.at(-1)!;
    // Close singular values make plateaus: only many quiet steps are an end.
    quiet = Math.abs(now - sigma) <= options.tolerance * now ? quiet + 1 : 0;
    sigma = now;
    const ended = beta.at(-1) === 0 || alpha.at(-1) === 0;
    if (quiet >= enough || ended) return { sigma, iterations: step, converged: true };
  }
  return { sigma, iterations: options.iterations, converged: false };
}

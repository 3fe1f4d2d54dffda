import { multiplyPacked } from './multiplyPacked';
import type { PackedHermitian } from './packedHermitian';
import { tridiagonalEigenvalues } from './tridiagonalEigenvalues';

/** What Lanczos steps say of the largest eigenvalue so far. */
export interface Ritz {
  /** Never above the largest eigenvalue. */
  readonly value: number;
  /** There is an eigenvalue this near to `value`: the largest one, once the steps have met it. */
  readonly residual: number;
}

/** Scratch of {@link largestEigenvalue} for matrices of size n: three vectors, real and imaginary parts in turn. */
export const lanczosWork = (n: number): Float64Array[] => [0, 1, 2].map(() => new Float64Array(2 * n));

/** x / ‖x‖ in place; the norm. */
function normalize(x: Float64Array): number {
  const norm = Math.sqrt(inner(x, x));
  const inverse = norm > 0 ? 1 / norm : 0;
  for (let i = 0; i < x.length; i++) x[i] = x[i]! * inverse;
  return norm;
}

/** Re ⟨x, y⟩: all of it where y = A x. */
function inner(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]! * y[i]!;
  return sum;
}

function subtract(x: Float64Array, factor: number, y: Float64Array): void {
  for (let i = 0; i < x.length; i++) x[i] = x[i]! - factor * y[i]!;
}

/** The largest eigenvalue of the tridiagonal matrix, and |the last entry of its unit eigenvector| times what stands beside. */
function ritz(alpha: readonly number[], beta: readonly number[]): Ritz {
  const value = Math.max(...tridiagonalEigenvalues(Float64Array.from(alpha), Float64Array.from(beta)));
  // The eigenvector's entries by the three-term recurrence, from the last one: forwards, rounding would drown those that decay.
  const last = alpha.length - 1;
  let [after, entry, squares] = [0, 1, 1];
  for (let j = last; j > 0 && squares < 1e200; j--) {
    const next = ((value - alpha[j]!) * entry - (j < last ? beta[j]! : 0) * after) / beta[j - 1]!;
    [after, entry] = [entry, next];
    squares += next * next;
  }
  return { value, residual: beta[last]! / Math.sqrt(squares) };
}

/**
 * The largest eigenvalue of a positive semidefinite matrix by Lanczos steps, from below.
 *
 * @param start a random vector. From one, k steps miss the share ε of the largest eigenvalue with probability
 *   below 1.65 √n e^(−√ε (2k − 1))
 * @param work from {@link lanczosWork}; overwritten
 * @param enough asked after every second step from the sixth on
 * @see Kuczyński, Woźniakowski 1992, Estimating the Largest Eigenvalue by the Power and Lanczos Algorithms
 */
export function largestEigenvalue(
  matrix: PackedHermitian,
  start: Float64Array,
  work: Float64Array[],
  enough: (found: Ritz) => boolean,
): Ritz {
  const [alpha, beta]: [number[], number[]] = [[], []];
  let [before, current, next] = work as [Float64Array, Float64Array, Float64Array];
  current.set(start);
  normalize(current);
  let scale = 0;
  for (let k = 1; ; k++) {
    multiplyPacked(matrix, current, next);
    alpha.push(inner(current, next));
    subtract(next, alpha.at(-1)!, current);
    if (k > 1) subtract(next, beta.at(-1)!, before);
    beta.push(normalize(next));
    scale = Math.max(scale, alpha.at(-1)! + beta.at(-1)!);
    // An invariant subspace, by rounding alone: all of it is known.
    const ended = beta.at(-1)! <= 1e-13 * scale || k >= 3 * matrix.n + 10;
    if (ended || (k >= 6 && k % 2 === 0)) {
      const found = ritz(alpha, beta);
      if (ended || enough(found)) return found;
    }
    [before, current, next] = [current, next, before];
  }
}

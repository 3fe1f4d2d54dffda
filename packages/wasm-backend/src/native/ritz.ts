/** p(x) / p'(x) for the characteristic polynomial p of the leading [k × k], from the pivots of elimination and their derivatives. */
function newtonStep(alpha: Float64Array, beta: Float64Array, k: number, x: number): number {
  let [pivot, slope, sum] = [1, 0, 0];
  for (let j = 0; j < k; j++) {
    const ratio = j > 0 ? beta[j - 1]! / pivot : 0;
    slope = ratio * ratio * slope - 1;
    pivot = alpha[j]! - x - ratio * (j > 0 ? beta[j - 1]! : 0);
    sum += slope / pivot;
  }
  return 1 / sum;
}

/**
 * The largest eigenvalue of the leading [k × k] of a tridiagonal, positive semidefinite matrix, to 1e-7 of it, and the residual of its
 * Ritz vector.
 *
 * @param beta `beta[j]` stands between j and j + 1, `beta[k − 1]` beside the last
 */
export function ritz(alpha: Float64Array, beta: Float64Array, k: number): [value: number, residual: number] {
  let value = 0;
  for (let j = 0; j < k; j++)
    value = Math.max(value, alpha[j]! + (j > 0 ? beta[j - 1]! : 0) + (j + 1 < k ? beta[j]! : 0));
  // Gershgorin's bound is above all eigenvalues, where Newton's steps fall towards the largest one and never beyond.
  for (let step = 0; step < 100 && value > 0; step++) {
    const down = newtonStep(alpha, beta, k, value);
    if (!(down > 1e-7 * value)) break;
    value -= down;
  }
  // The eigenvector's entries by the three-term recurrence, from the last one: forwards, rounding would drown those that decay.
  let [after, entry, squares] = [0, 1, 1];
  for (let j = k - 1; j > 0 && squares < 1e200; j--) {
    const next = ((value - alpha[j]!) * entry - (j + 1 < k ? beta[j]! : 0) * after) / beta[j - 1]!;
    [after, entry] = [entry, next];
    squares += next * next;
  }
  return [value, beta[k - 1]! / Math.sqrt(squares)];
}

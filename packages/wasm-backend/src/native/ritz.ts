/** How many eigenvalues of a symmetric tridiagonal matrix are above x, by its Sturm sequence. */
function above(alpha: Float64Array, beta: Float64Array, k: number, x: number): number {
  let [pivot, count] = [1, 0];
  for (let j = 0; j < k; j++) {
    const beside = j > 0 ? beta[j - 1]! : 0;
    pivot = alpha[j]! - x - (beside * beside) / pivot;
    if (pivot === 0) pivot = 1e-300;
    if (pivot > 0) count++;
  }
  return count;
}

/**
 * The largest eigenvalue of the leading [k × k] of a tridiagonal matrix, to 1e-7 of it, and the residual of its Ritz vector.
 *
 * @param beta `beta[j]` stands between j and j + 1, `beta[k − 1]` beside the last
 */
export function ritz(alpha: Float64Array, beta: Float64Array, k: number): [value: number, residual: number] {
  let [low, high] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let j = 0; j < k; j++) {
    low = Math.max(low, alpha[j]!);
    high = Math.max(high, alpha[j]! + (j > 0 ? beta[j - 1]! : 0) + (j + 1 < k ? beta[j]! : 0));
  }
  while (high - low > 1e-7 * Math.abs(high)) {
    const middle = (low + high) / 2;
    if (above(alpha, beta, k, middle) > 0) low = middle;
    else high = middle;
  }
  // The eigenvector's entries by the three-term recurrence, from the last one: forwards, rounding would drown those that decay.
  let [after, entry, squares] = [0, 1, 1];
  for (let j = k - 1; j > 0 && squares < 1e200; j--) {
    const next = ((low - alpha[j]!) * entry - (j + 1 < k ? beta[j]! : 0) * after) / beta[j - 1]!;
    [after, entry] = [entry, next];
    squares += next * next;
  }
  return [low, beta[k - 1]! / Math.sqrt(squares)];
}

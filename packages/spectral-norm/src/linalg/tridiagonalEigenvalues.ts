/**
 * The eigenvalues of a real symmetric tridiagonal matrix, in no order: Pal, Walker and Kahan's QL iteration without square
 * roots.
 *
 * @param diagonal n numbers; overwritten by the eigenvalues
 * @param beside `beside[k]` stands between k and k + 1; overwritten
 * @see Parlett, The Symmetric Eigenvalue Problem, 8.15; LAPACK (dsterf)
 */
export function tridiagonalEigenvalues(diagonal: Float64Array, beside: Float64Array): Float64Array {
  const n = diagonal.length;
  if (n > 0) beside[n - 1] = 0;
  let largest = 0;
  for (let k = 0; k < n; k++) largest = Math.max(largest, Math.abs(diagonal[k]!), Math.abs(beside[k]!));
  if (largest === 0) return diagonal;
  // Squares of entries must stay within the range of float64: a power of two scales without rounding.
  const scale = 2 ** Math.max(-1000, -Math.floor(Math.log2(largest)));
  for (let k = 0; k < n; k++) {
    diagonal[k]! *= scale;
    const off = beside[k]! * scale;
    beside[k] = off * off;
  }
  for (let l = 0; l < n; l++) {
    for (let step = 0; step < 60; step++) {
      const m = blockEnd(diagonal, beside, l);
      if (m === l) break;
      qlStep(diagonal, beside, l, m);
    }
  }
  for (let k = 0; k < n; k++) diagonal[k]! /= scale;
  return diagonal;
}

const epsilon2 = 2 ** -106;

/** The first index from l on whose square beside is negligible. */
function blockEnd(d: Float64Array, squares: Float64Array, l: number): number {
  const last = d.length - 1;
  let m = l;
  while (m < last && squares[m]! > epsilon2 * Math.abs(d[m]! * d[m + 1]!) + 1e-300) m++;
  return m;
}

function qlStep(d: Float64Array, squares: Float64Array, l: number, m: number): void {
  // Wilkinson's shift from the leading block of two.
  const root = Math.sqrt(squares[l]!);
  const half = (d[l + 1]! - d[l]!) / (2 * root);
  const sign = half >= 0 ? 1 : -1;
  const sigma = d[l]! - root / (half + sign * Math.sqrt(half * half + 1));
  let c = 1;
  let s = 0;
  let gamma = d[m]! - sigma;
  let p = gamma * gamma;
  for (let i = m - 1; i >= l; i--) {
    const square = squares[i]!;
    const r = p + square;
    if (i !== m - 1) squares[i + 1] = s * r;
    const oldC = c;
    c = p / r;
    s = square / r;
    const oldGamma = gamma;
    const alpha = d[i]!;
    gamma = c * (alpha - sigma) - s * oldGamma;
    d[i + 1] = oldGamma + (alpha - gamma);
    p = c !== 0 ? (gamma * gamma) / c : oldC * square;
  }
  squares[l] = s * p;
  d[l] = sigma + gamma;
}

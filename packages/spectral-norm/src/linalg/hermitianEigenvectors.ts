import type { ComplexMatrix } from './hermitianEigenvalues';

/**
 * Eigenvalues and eigenvectors of a Hermitian matrix, by cyclic Jacobi rotations in float64: A = V diag(values) Vᴴ.
 *
 * @param matrix [n × n], the lower triangle is read; overwritten
 * @returns the values in no order, and V, whose columns are the vectors
 * @see Golub & Van Loan, Matrix Computations, 8.5
 */
export function hermitianEigenvectors(
  { re, im }: ComplexMatrix,
  n: number,
): { values: Float64Array; vectors: ComplexMatrix } {
  for (let i = 0; i < n; i++) {
    im[i * n + i] = 0;
    for (let j = 0; j < i; j++) {
      re[j * n + i] = re[i * n + j]!;
      im[j * n + i] = -im[i * n + j]!;
    }
  }
  const vectors = { re: new Float64Array(n * n), im: new Float64Array(n * n) };
  for (let i = 0; i < n; i++) vectors.re[i * n + i] = 1;
  for (let sweep = 0; sweep < 40 && !isDiagonal({ re, im }, n); sweep++) {
    for (let p = 0; p < n - 1; p++) for (let q = p + 1; q < n; q++) rotate({ re, im }, vectors, n, p, q);
  }
  return { values: Float64Array.from({ length: n }, (_, i) => re[i * n + i]!), vectors };
}

function isDiagonal({ re, im }: ComplexMatrix, n: number): boolean {
  let [off, on] = [0, 0];
  for (let i = 0; i < n; i++) {
    on += re[i * n + i]! ** 2;
    for (let j = 0; j < i; j++) off += re[i * n + j]! ** 2 + im[i * n + j]! ** 2;
  }
  return off <= 1e-30 * (on + off);
}

/** Makes entry (p, q) zero: columns p and q are mixed, then rows. */
function rotate(a: ComplexMatrix, v: ComplexMatrix, n: number, p: number, q: number): void {
  const [x, y] = [a.re[p * n + q]!, a.im[p * n + q]!];
  const size = Math.hypot(x, y);
  if (size === 0) return;
  const theta = (a.re[q * n + q]! - a.re[p * n + p]!) / (2 * size);
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const c = 1 / Math.hypot(t, 1);
  // s carries the phase of the entry.
  const [sr, si] = [(t * c * x) / size, (t * c * y) / size];
  for (const m of [a, v]) {
    for (let k = 0; k < n; k++) {
      const [kp, kq] = [k * n + p, k * n + q];
      const [pr, pi, qr, qi] = [m.re[kp]!, m.im[kp]!, m.re[kq]!, m.im[kq]!];
      m.re[kp] = c * pr - (sr * qr + si * qi);
      m.im[kp] = c * pi - (sr * qi - si * qr);
      m.re[kq] = sr * pr - si * pi + c * qr;
      m.im[kq] = sr * pi + si * pr + c * qi;
    }
  }
  for (let k = 0; k < n; k++) {
    const [pk, qk] = [p * n + k, q * n + k];
    const [pr, pi, qr, qi] = [a.re[pk]!, a.im[pk]!, a.re[qk]!, a.im[qk]!];
    a.re[pk] = c * pr - (sr * qr - si * qi);
    a.im[pk] = c * pi - (sr * qi + si * qr);
    a.re[qk] = sr * pr + si * pi + c * qr;
    a.im[qk] = sr * pi - si * pr + c * qi;
  }
}

/**
 * The eigenvalues of a symmetric matrix, by cyclic Jacobi rotations in float64, in no order.
 *
 * @param matrix float64[n × n], row-major; overwritten
 * @see Golub & Van Loan, Matrix Computations, 8.5
 */
export function symmetricEigenvalues(matrix: Float64Array, n: number): Float64Array {
  const at = (i: number, j: number): number => matrix[i * n + j]!;
  const scale = Math.sqrt(matrix.reduce((sum, value) => sum + value * value, 0));
  const off = (): number => {
    let sum = 0;
    for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) sum += at(i, j) ** 2;
    return Math.sqrt(2 * sum);
  };
  // Convergence is quadratic: some ten sweeps do for any size.
  for (let sweep = 0; sweep < 60 && off() > 1e-14 * scale; sweep++)
    for (let p = 0; p < n - 1; p++)
      for (let q = p + 1; q < n; q++) {
        if (at(p, q) === 0) continue;
        const theta = (at(q, q) - at(p, p)) / (2 * at(p, q));
        const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.hypot(theta, 1));
        const c = 1 / Math.hypot(t, 1);
        const s = t * c;
        for (let k = 0; k < n; k++) {
          const [kp, kq] = [at(k, p), at(k, q)];
          matrix[k * n + p] = c * kp - s * kq;
          matrix[k * n + q] = s * kp + c * kq;
        }
        for (let k = 0; k < n; k++) {
          const [pk, qk] = [at(p, k), at(q, k)];
          matrix[p * n + k] = c * pk - s * qk;
          matrix[q * n + k] = s * pk + c * qk;
        }
      }
  return Float64Array.from({ length: n }, (_, i) => at(i, i));
}

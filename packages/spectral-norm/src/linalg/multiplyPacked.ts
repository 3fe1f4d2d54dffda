import type { PackedHermitian } from './packedHermitian';

/** y ← A x for a packed Hermitian matrix; vectors hold real and imaginary parts in turn. One pass over the triangle. */
export function multiplyPacked({ n, values: a }: PackedHermitian, x: Float64Array, y: Float64Array): void {
  y.fill(0);
  let at = 0;
  for (let i = 0; i < 2 * n; i += 2) {
    const xr = x[i]!;
    const xi = x[i + 1]!;
    let sumRe = 0;
    let sumIm = 0;
    for (let j = 0; j < i; j += 2) {
      const re = a[at]!;
      const im = a[at + 1]!;
      const zr = x[j]!;
      const zi = x[j + 1]!;
      sumRe += re * zr - im * zi;
      sumIm += re * zi + im * zr;
      y[j] = y[j]! + (re * xr + im * xi);
      y[j + 1] = y[j + 1]! + (re * xi - im * xr);
      at += 2;
    }
    y[i] = y[i]! + (sumRe + a[at]! * xr);
    y[i + 1] = y[i + 1]! + (sumIm + a[at]! * xi);
    at += 2;
  }
}

import type { PackedHermitian } from './packedHermitian';

/** What one index has in {@link work}: v, w, the next v and the next p, each a complex number, in one cache line. */
const [VR, VI, WR, WI, XR, XI, PR, PI] = [0, 1, 2, 3, 4, 5, 6, 7];
const stride = 8;

/** Scratch of {@link tridiagonalize} for matrices of size n, to be used again and again. */
export const tridiagonalWork = (n: number): Float64Array => new Float64Array(n * stride);

/**
 * Householder reflections of a Hermitian matrix to a real tridiagonal one, from the last row upwards. The update
 * A ← A − v wᴴ − w vᴴ of one reflection and the product A x of the next share one pass over A, which the speed depends on.
 *
 * @param matrix overwritten
 * @param diagonal n numbers, set
 * @param beside n numbers, set: `beside[k]` stands between k and k + 1
 * @param work from {@link tridiagonalWork}; overwritten
 * @see Golub & Van Loan, Matrix Computations, 8.3; Smith et al., EISPACK (htridi)
 */
export function tridiagonalize(
  { n, values: a }: PackedHermitian,
  diagonal: Float64Array,
  beside: Float64Array,
  work: Float64Array,
): void {
  work.fill(0);
  if (n > 0) beside[n - 1] = 0;
  for (let i = n - 1; i >= 0; i--) {
    const row = i * (i + 1);
    updateRow(a, row, i, work);
    diagonal[i] = a[row + 2 * i]!;
    if (i === 0) return;
    // What is left of row i is conj(x); H x = −phase ‖x‖ e for H = I − x' x'ᴴ / h with x' = x + phase ‖x‖ e.
    let squares = 0;
    for (let j = 0; j < i; j++) {
      const [re, im] = [a[row + 2 * j]!, a[row + 2 * j + 1]!];
      squares += re * re + im * im;
      work[j * stride + XR] = re;
      work[j * stride + XI] = -im;
    }
    const norm = Math.sqrt(squares);
    beside[i - 1] = norm;
    const last = (i - 1) * stride;
    const [headRe, headIm] = [work[last + XR]!, work[last + XI]!];
    const head = Math.sqrt(headRe * headRe + headIm * headIm);
    work[last + XR]! += head === 0 ? norm : (headRe / head) * norm;
    work[last + XI]! += head === 0 ? 0 : (headIm / head) * norm;
    updateAndMultiply(a, i, work);
    next(i, norm * (norm + head), work);
  }
}

/** Row i of A − v wᴴ − w vᴴ. */
function updateRow(a: Float64Array, row: number, i: number, work: Float64Array): void {
  const own = i * stride;
  const [vr, vi, wr, wi] = [work[own + VR]!, work[own + VI]!, work[own + WR]!, work[own + WI]!];
  for (let j = 0, at = 0; j <= i; j++, at += stride) {
    const [yr, yi, zr, zi] = [work[at + VR]!, work[at + VI]!, work[at + WR]!, work[at + WI]!];
    a[row + 2 * j]! -= vr * zr + vi * zi + wr * yr + wi * yi;
    a[row + 2 * j + 1]! -= vi * zr - vr * zi + wi * yr - wr * yi;
  }
}

/** A ← A − v wᴴ − w vᴴ, and p ← A x, both of the leading [n × n]. */
function updateAndMultiply(a: Float64Array, n: number, work: Float64Array): void {
  for (let at = 0; at < n * stride; at += stride) {
    work[at + PR] = 0;
    work[at + PI] = 0;
  }
  let entry = 0;
  for (let i = 0; i < n; i++) {
    const own = i * stride;
    const vr = work[own + VR]!;
    const vi = work[own + VI]!;
    const wr = work[own + WR]!;
    const wi = work[own + WI]!;
    const xr = work[own + XR]!;
    const xi = work[own + XI]!;
    let sumRe = 0;
    let sumIm = 0;
    for (let at = 0; at < own; at += stride) {
      const yr = work[at + VR]!;
      const yi = work[at + VI]!;
      const zr = work[at + WR]!;
      const zi = work[at + WI]!;
      const re = a[entry]! - (vr * zr + vi * zi + wr * yr + wi * yi);
      const im = a[entry + 1]! - (vi * zr - vr * zi + wi * yr - wr * yi);
      a[entry] = re;
      a[entry + 1] = im;
      const ur = work[at + XR]!;
      const ui = work[at + XI]!;
      sumRe += re * ur - im * ui;
      sumIm += re * ui + im * ur;
      work[at + PR] = work[at + PR]! + (re * xr + im * xi);
      work[at + PI] = work[at + PI]! + (re * xi - im * xr);
      entry += 2;
    }
    const real = a[entry]! - 2 * (vr * wr + vi * wi);
    a[entry] = real;
    entry += 2;
    work[own + PR] = work[own + PR]! + sumRe + real * xr;
    work[own + PI] = work[own + PI]! + sumIm + real * xi;
  }
}

/** v ← x and w ← p / h − (xᴴ p / 2 h²) x; with h = 0 nothing is reflected. */
function next(n: number, h: number, work: Float64Array): void {
  const inverse = h === 0 ? 0 : 1 / h;
  let inner = 0;
  for (let at = 0; at < n * stride; at += stride)
    inner += work[at + XR]! * work[at + PR]! + work[at + XI]! * work[at + PI]!;
  const shift = 0.5 * inner * inverse * inverse;
  for (let at = 0; at < n * stride; at += stride) {
    const [xr, xi] = [work[at + XR]!, work[at + XI]!];
    work[at + VR] = xr;
    work[at + VI] = xi;
    work[at + WR] = work[at + PR]! * inverse - shift * xr;
    work[at + WI] = work[at + PI]! * inverse - shift * xi;
  }
}

/** A complex matrix: real and imaginary parts, row-major. */
export interface ComplexMatrix {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/**
 * The eigenvalues of a Hermitian matrix, ascending, in float64: Householder reflections to a real tridiagonal matrix, then
 * implicit QL steps.
 *
 * @param matrix [n × n], whose lower triangle is read; overwritten
 * @see Golub & Van Loan, Matrix Computations, 8.3; Smith et al., EISPACK (htridi, tql1)
 */
export function hermitianEigenvalues(matrix: ComplexMatrix, n: number): Float64Array {
  const diagonal = new Float64Array(n);
  const beside = new Float64Array(n);
  tridiagonalize(matrix, n, diagonal, beside);
  return tridiagonalEigenvalues(diagonal, beside).sort();
}

/** Reflects column after column below the subdiagonal away: A ← A − v wᴴ − w vᴴ on what is left. */
function tridiagonalize({ re, im }: ComplexMatrix, n: number, diagonal: Float64Array, beside: Float64Array): void {
  const [vr, vi] = [new Float64Array(n), new Float64Array(n)];
  const [wr, wi] = [new Float64Array(n), new Float64Array(n)];
  for (let k = 0; k < n - 1; k++) {
    const first = (k + 1) * n + k;
    let squares = 0;
    for (let i = k + 1; i < n; i++) squares += re[i * n + k]! ** 2 + im[i * n + k]! ** 2;
    const norm = Math.sqrt(squares);
    beside[k] = norm;
    if (norm === 0) continue;
    const head = Math.hypot(re[first]!, im[first]!);
    const [phaseRe, phaseIm] = head === 0 ? [1, 0] : [re[first]! / head, im[first]! / head];
    for (let i = k + 1; i < n; i++) {
      vr[i] = re[i * n + k]!;
      vi[i] = im[i * n + k]!;
    }
    vr[k + 1]! += phaseRe * norm;
    vi[k + 1]! += phaseIm * norm;
    // H = I − v vᴴ / h with h = vᴴv / 2
    const h = norm * (norm + head);
    // p = A v / h, over the lower triangle once
    wr.fill(0, k + 1);
    wi.fill(0, k + 1);
    for (let i = k + 1; i < n; i++) {
      const row = i * n;
      const [xr, xi] = [vr[i]!, vi[i]!];
      let [sumRe, sumIm] = [re[row + i]! * xr, re[row + i]! * xi];
      for (let j = k + 1; j < i; j++) {
        const [ar, ai] = [re[row + j]!, im[row + j]!];
        sumRe += ar * vr[j]! - ai * vi[j]!;
        sumIm += ar * vi[j]! + ai * vr[j]!;
        wr[j]! += ar * xr + ai * xi;
        wi[j]! += ar * xi - ai * xr;
      }
      wr[i]! += sumRe;
      wi[i]! += sumIm;
    }
    let inner = 0;
    for (let i = k + 1; i < n; i++) inner += vr[i]! * wr[i]! + vi[i]! * wi[i]!;
    const shift = inner / (2 * h * h);
    for (let i = k + 1; i < n; i++) {
      wr[i] = wr[i]! / h - shift * vr[i]!;
      wi[i] = wi[i]! / h - shift * vi[i]!;
    }
    for (let i = k + 1; i < n; i++) {
      const row = i * n;
      const [xr, xi, yr, yi] = [vr[i]!, vi[i]!, wr[i]!, wi[i]!];
      for (let j = k + 1; j <= i; j++) {
        re[row + j]! -= xr * wr[j]! + xi * wi[j]! + yr * vr[j]! + yi * vi[j]!;
        im[row + j]! -= xi * wr[j]! - xr * wi[j]! + yi * vr[j]! - yr * vi[j]!;
      }
    }
  }
  for (let k = 0; k < n; k++) diagonal[k] = re[k * n + k]!;
}

/** By implicit QL steps with Wilkinson's shift; `beside[k]` stands between k and k + 1. Both are overwritten. */
export function tridiagonalEigenvalues(diagonal: Float64Array, beside: Float64Array): Float64Array {
  const n = diagonal.length;
  if (n > 0) beside[n - 1] = 0;
  for (let l = 0; l < n; l++) {
    for (let step = 0; step < 60; step++) {
      let m = l;
      while (m < n - 1) {
        const around = Math.abs(diagonal[m]!) + Math.abs(diagonal[m + 1]!);
        if (Math.abs(beside[m]!) <= 1.2e-16 * around) break;
        m++;
      }
      if (m === l) break;
      qlStep(diagonal, beside, l, m);
    }
  }
  return diagonal;
}

function qlStep(d: Float64Array, e: Float64Array, l: number, m: number): void {
  let g = (d[l + 1]! - d[l]!) / (2 * e[l]!);
  let r = Math.hypot(g, 1);
  g = d[m]! - d[l]! + e[l]! / (g + (g >= 0 ? r : -r));
  let [s, c, p] = [1, 1, 0];
  for (let i = m - 1; i >= l; i--) {
    const f = s * e[i]!;
    const b = c * e[i]!;
    r = Math.hypot(f, g);
    e[i + 1] = r;
    if (r === 0) {
      d[i + 1]! -= p;
      e[m] = 0;
      return;
    }
    s = f / r;
    c = g / r;
    g = d[i + 1]! - p;
    r = (d[i]! - g) * s + 2 * c * b;
    p = s * r;
    d[i + 1] = g + p;
    g = c * r - b;
  }
  d[l]! -= p;
  e[l] = g;
  e[m] = 0;
}

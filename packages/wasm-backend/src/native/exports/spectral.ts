/** A matrix [rows, columns] at an address. */
export type Matrix = [address: number, rows: number, columns: number];

/** `assembly/spectral.as`. */
export interface SpectralExports {
  spectralColumns(...args: [...Matrix, v: number, part: number, totals: number]): void;
  spectralRows(...args: [...Matrix, u: number, v: number, squares: number]): void;
  spectralSigma(...args: [...Matrix, u: number, v: number, out: number]): void;
  normalizeColumns(totals: number, parts: number, columns: number, u: number, epsilon: number): number;
  normalizeRows(v: number, rows: number, sums: number, parts: number, epsilon: number): number;
  spectralGradient(...args: [...Matrix, u: number, v: number, along: number, factor: number, dx: number]): void;
  scaleInto(x: number, y: number, n: number, factor: number): void;
  innerProduct(a: number, b: number, n: number, out: number): void;
}

/** `assembly/hermitian.as`. */
export interface HermitianExports {
  combine(matrices: number, bytes: number, count: number, factors: number, out: number): void;
  lanczos(
    ...args: [
      real: number,
      imaginary: number,
      n: number,
      basis: number,
      alpha: number,
      beta: number,
      from: number,
      to: number,
    ]
  ): number;
}

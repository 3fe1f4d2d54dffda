/** A matrix [rows, columns] at an address. */
export type Matrix = [address: number, rows: number, columns: number];

/** `assembly/spectral.as`. */
export interface SpectralExports {
  spectralLeft(...args: [...Matrix, v: number, u: number, epsilon: number, part: number, totals: number]): number;
  spectralRight(...args: [...Matrix, u: number, v: number, epsilon: number]): number;
  spectralSigma(...args: [...Matrix, u: number, v: number]): number;
  spectralGradient(...args: [...Matrix, u: number, v: number, along: number, factor: number, dx: number]): void;
  scaleInto(x: number, y: number, n: number, factor: number): void;
  innerProduct(a: number, b: number, n: number): number;
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

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

import type { ComplexMatrix } from './hermitianEigenvalues';

/** A 2-D kernel's values in float64 with its sizes, HWIO. */
export interface KernelValues {
  readonly values: Float64Array;
  readonly height: number;
  readonly width: number;
  readonly inputs: number;
  readonly outputs: number;
}

/** One frequency of a torus; `weight` says for how many it stands. */
export interface Frequency {
  readonly row: number;
  readonly column: number;
  readonly weight: 1 | 2;
}

/** cos and sin of 2π k / n. */
export function roots(n: number): { cos: Float64Array; sin: Float64Array } {
  const angle = (k: number): number => (2 * Math.PI * k) / n;
  return {
    cos: Float64Array.from({ length: n }, (_, k) => Math.cos(angle(k))),
    sin: Float64Array.from({ length: n }, (_, k) => Math.sin(angle(k))),
  };
}

/**
 * The frequencies of an [h, w] torus up to conjugation: a real kernel has the same singular values at −f as at f.
 */
export function frequencies(h: number, w: number): Frequency[] {
  const all: Frequency[] = [];
  for (let row = 0; row < h; row++) {
    for (let column = 0; column < w; column++) {
      const other = ((h - row) % h) * w + ((w - column) % w);
      const own = row * w + column;
      if (own <= other) all.push({ row, column, weight: own === other ? 1 : 2 });
    }
  }
  return all;
}

/**
 * The matrix [outputs × inputs] by which a circular convolution on an [h, w] torus acts at one frequency:
 * K̂(f, g) = Σ k[i, j] e^(−2πi (f i / h + g j / w)). Up to the phase of where the kernel is centred, on which no singular
 * value depends.
 */
export function transferMatrices(
  kernel: KernelValues,
  [h, w]: readonly [number, number],
): (at: { row: number; column: number }) => ComplexMatrix {
  const { values, height, width, inputs, outputs } = kernel;
  const [vertical, horizontal] = [roots(h), roots(w)];
  const block = inputs * outputs;
  return ({ row, column }) => {
    const re = new Float64Array(block);
    const im = new Float64Array(block);
    for (let i = 0; i < height; i++) {
      for (let j = 0; j < width; j++) {
        const [a, b] = [(row * i) % h, (column * j) % w];
        const cos = vertical.cos[a]! * horizontal.cos[b]! - vertical.sin[a]! * horizontal.sin[b]!;
        const sin = vertical.sin[a]! * horizontal.cos[b]! + vertical.cos[a]! * horizontal.sin[b]!;
        const from = (i * width + j) * block;
        for (let k = 0; k < block; k++) {
          re[k]! += cos * values[from + k]!;
          im[k]! -= sin * values[from + k]!;
        }
      }
    }
    return { re, im };
  };
}

/** M Mᴴ or Mᴴ M, whichever is smaller, of a matrix [rows × columns]; lower triangle only. */
export function gramMatrix({ re, im }: ComplexMatrix, rows: number, columns: number): ComplexMatrix & { n: number } {
  const byRows = rows <= columns;
  const [n, length] = byRows ? [rows, columns] : [columns, rows];
  // Rows of M, or columns of M as rows: each entry is then one pass over two rows.
  const [xr, xi] = byRows ? [re, im] : [transposed(re, rows, columns), transposed(im, rows, columns)];
  const gram = { re: new Float64Array(n * n), im: new Float64Array(n * n), n };
  for (let a = 0; a < n; a++) {
    const p = a * length;
    for (let b = 0; b <= a; b++) {
      const q = b * length;
      let [sumRe, sumIm] = [0, 0];
      for (let k = 0; k < length; k++) {
        sumRe += xr[p + k]! * xr[q + k]! + xi[p + k]! * xi[q + k]!;
        sumIm += xi[p + k]! * xr[q + k]! - xr[p + k]! * xi[q + k]!;
      }
      gram.re[a * n + b] = sumRe;
      gram.im[a * n + b] = sumIm;
    }
  }
  return gram;
}

function transposed(values: Float64Array, rows: number, columns: number): Float64Array {
  const out = new Float64Array(values.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = values[i * columns + j]!;
  return out;
}

import { type PackedHermitian, packed, packedZeros } from './packedHermitian';
import { tapsByRows } from './taps';
import { type Frequency, gramMatrix, type KernelValues, roots, transferMatrices } from './transfer';

/** Writes the Gram matrix of one frequency into `into` (overwritten). */
export interface GramSymbol {
  readonly n: number;
  at(frequency: Frequency, into: PackedHermitian): void;
}

/** X Yᵀ added to `to`, both [n × length]: in blocks of two rows by two, which spares half of the reads. */
function addProduct(x: Float64Array, y: Float64Array, n: number, length: number, to: Float64Array): void {
  let i = 0;
  for (; i + 1 < n; i += 2) {
    const [p0, p1] = [i * length, (i + 1) * length];
    let j = 0;
    for (; j + 1 < n; j += 2) {
      const [q0, q1] = [j * length, (j + 1) * length];
      let [a, b, c, d] = [0, 0, 0, 0];
      for (let k = 0; k < length; k++) {
        const [x0, x1, y0, y1] = [x[p0 + k]!, x[p1 + k]!, y[q0 + k]!, y[q1 + k]!];
        a += x0 * y0;
        b += x0 * y1;
        c += x1 * y0;
        d += x1 * y1;
      }
      to[i * n + j]! += a;
      to[i * n + j + 1]! += b;
      to[(i + 1) * n + j]! += c;
      to[(i + 1) * n + j + 1]! += d;
    }
    for (; j < n; j++) {
      to[i * n + j]! += dot(x, p0, y, j * length, length);
      to[(i + 1) * n + j]! += dot(x, p1, y, j * length, length);
    }
  }
  for (; i < n; i++) for (let j = 0; j < n; j++) to[i * n + j]! += dot(x, i * length, y, j * length, length);
}

function dot(x: Float64Array, p: number, y: Float64Array, q: number, length: number): number {
  let sum = 0;
  for (let k = 0; k < length; k++) sum += x[p + k]! * y[q + k]!;
  return sum;
}

/**
 * How the Gram matrix of a circular convolution depends on the frequency: G(f, g) = Σ A(a, b) e^(−2πi (f a / h + g b / w)) over
 * the lags (a, b) between two taps, A(a, b) = Σ K_s K_tᵀ over the taps with s − t = (a, b). A 3 × 3 kernel has 13 lags up to
 * sign, so that a frequency costs a few passes over the triangle instead of a product of matrices. Where a kernel is so
 * large that this does not pay, each frequency's product is taken.
 */
export function gramSymbol(kernel: KernelValues, shape: readonly [number, number]): GramSymbol {
  const taps = kernel.height * kernel.width;
  const n = Math.min(kernel.inputs, kernel.outputs);
  const lags = ((2 * kernel.height - 1) * (2 * kernel.width - 1) + 1) / 2;
  const pays = taps * taps <= 2 * shape[0] * shape[1] && lags * n * n <= 2 ** 24;
  return pays ? byLags(kernel, shape) : byProducts(kernel, shape);
}

function byProducts(kernel: KernelValues, shape: readonly [number, number]): GramSymbol {
  const matrixAt = transferMatrices(kernel, shape);
  return {
    n: Math.min(kernel.inputs, kernel.outputs),
    at: (frequency, into) => {
      const gram = gramMatrix(matrixAt(frequency), kernel.inputs, kernel.outputs);
      into.values.set(packed(gram, gram.n).values);
    },
  };
}

function byLags(kernel: KernelValues, [h, w]: readonly [number, number]): GramSymbol {
  const { height, width } = kernel;
  const { values: taps, n, length } = tapsByRows(kernel);
  const block = n * length;
  /** A(a, b) for all a and b ≥ 0; the others are their transposes. */
  const lags = new Map<string, { a: number; b: number; values: Float64Array }>();
  for (let a = 1 - height; a < height; a++) {
    for (let b = 0; b < width; b++) {
      const values = new Float64Array(n * n);
      for (let i = Math.max(0, -a); i < Math.min(height, height - a); i++) {
        for (let j = 0; j + b < width; j++) {
          const [s, t] = [((i + a) * width + j + b) * block, (i * width + j) * block];
          addProduct(taps.subarray(s, s + block), taps.subarray(t, t + block), n, length, values);
        }
      }
      lags.set(`${a},${b}`, { a, b, values });
    }
  }
  const [vertical, horizontal] = [roots(h), roots(w)];
  // Hermitian matrices of one row of frequencies: G = part[0] + Σ_b cos(b) part[2b − 1] + sin(b) part[2b].
  const parts = Array.from({ length: 2 * width - 1 }, () => packedZeros(n));
  let current = -1;
  const turn = (row: number): void => {
    current = row;
    for (const part of parts) part.values.fill(0);
    for (const { a, b, values } of lags.values()) {
      const angle = (((row * a) % h) + h) % h;
      const [cos, sin] = [vertical.cos[angle]!, vertical.sin[angle]!];
      // C = values · (cos − i sin); with b = 0 the lags a and −a are Hermitian together.
      if (b === 0) addRow(parts[0]!.values, values, n, cos, sin);
      else addPair(parts[2 * b - 1]!.values, parts[2 * b]!.values, values, n, cos, sin);
    }
  };
  return {
    n,
    at: ({ row, column }, into) => {
      if (row !== current) turn(row);
      const out = into.values;
      out.set(parts[0]!.values);
      for (let b = 1; b < width; b++) {
        const angle = (column * b) % w;
        const [cos, sin] = [horizontal.cos[angle]!, horizontal.sin[angle]!];
        const [even, odd] = [parts[2 * b - 1]!.values, parts[2 * b]!.values];
        for (let k = 0; k < out.length; k++) out[k] = out[k]! + (cos * even[k]! + sin * odd[k]!);
      }
    },
  };
}

/** Adds values · (cos − i sin), lower triangle. */
function addRow(to: Float64Array, values: Float64Array, n: number, cos: number, sin: number): void {
  let at = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const value = values[i * n + j]!;
      to[at]! += cos * value;
      to[at + 1]! -= sin * value;
      at += 2;
    }
  }
}

/** For C = values · (cos − i sin): adds C + Cᴴ to `even` and −i (C − Cᴴ) to `odd`, lower triangles. */
function addPair(
  even: Float64Array,
  odd: Float64Array,
  values: Float64Array,
  n: number,
  cos: number,
  sin: number,
): void {
  let at = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const [below, above] = [values[i * n + j]!, values[j * n + i]!];
      const [sum, difference] = [below + above, below - above];
      even[at]! += cos * sum;
      even[at + 1]! -= sin * difference;
      odd[at]! -= sin * sum;
      odd[at + 1]! -= cos * difference;
      at += 2;
    }
  }
}

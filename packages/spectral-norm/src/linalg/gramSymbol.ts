import { type LagMatrix, lagMatrices, lagsPay } from './lagMatrices';
import { type PackedHermitian, packed, packedZeros } from './packedHermitian';
import { type Frequency, gramMatrix, type KernelValues, roots, transferMatrices } from './transfer';

/** Writes the Gram matrix of one frequency into `into` (overwritten). */
export interface GramSymbol {
  readonly n: number;
  at(frequency: Frequency, into: PackedHermitian): void;
}

/**
 * How the Gram matrix of a circular convolution depends on the frequency: G(f, g) = Σ A(a, b) e^(−2πi (f a / h + g b / w)) over
 * the lags (a, b) between two taps, A(a, b) = Σ K_s K_tᵀ over the taps with s − t = (a, b). A 3 × 3 kernel has 13 lags up to
 * sign, so that a frequency costs a few passes over the triangle instead of a product of matrices. Where a kernel is so
 * large that this does not pay, each frequency's product is taken.
 *
 * @param lags of the kernel, where they are known
 */
export function gramSymbol(
  kernel: KernelValues,
  shape: readonly [number, number],
  lags: readonly LagMatrix[] | undefined = lagsPay(kernel, shape) ? lagMatrices(kernel) : undefined,
): GramSymbol {
  return lags ? byLags(kernel, shape, lags) : byProducts(kernel, shape);
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

function byLags(kernel: KernelValues, [h, w]: readonly [number, number], lags: readonly LagMatrix[]): GramSymbol {
  const { width } = kernel;
  const n = Math.min(kernel.inputs, kernel.outputs);
  const [vertical, horizontal] = [roots(h), roots(w)];
  // Hermitian matrices of one row of frequencies: G = part[0] + Σ_b cos(b) part[2b − 1] + sin(b) part[2b].
  const parts = Array.from({ length: 2 * width - 1 }, () => packedZeros(n));
  let current = -1;
  const turn = (row: number): void => {
    current = row;
    for (const part of parts) part.values.fill(0);
    for (const { a, b, values } of lags) {
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

import { tapsByRows } from './taps';
import type { KernelValues } from './transfer';

/** A(a, b) = Σ K_s K_tᵀ over the taps with s − t = (a, b), real [n × n] with n the smaller number of channels. */
export interface LagMatrix {
  readonly a: number;
  readonly b: number;
  readonly values: Float64Array;
}

/** Whether all lags together are less work, and less memory, than a product of matrices at each frequency. */
export function lagsPay({ height, width, inputs, outputs }: KernelValues, [h, w]: readonly [number, number]): boolean {
  const n = Math.min(inputs, outputs);
  const lags = ((2 * height - 1) * (2 * width - 1) + 1) / 2;
  return (height * width) ** 2 <= 2 * h * w && lags * n * n <= 2 ** 24;
}

/** Every pair of taps (s, t) that is b ≥ 0 columns apart, with its lag. */
function* tapPairs(height: number, width: number): Generator<{ a: number; b: number; s: number; t: number }> {
  for (let a = 1 - height; a < height; a++) {
    for (let b = 0; b < width; b++) {
      for (let i = Math.max(0, -a); i < Math.min(height, height - a); i++)
        for (let j = 0; j + b < width; j++) yield { a, b, s: (i + a) * width + j + b, t: i * width + j };
    }
  }
}

/** A(a, b) for all a and b ≥ 0; the others are their transposes. */
export function lagMatrices(kernel: KernelValues): LagMatrix[] {
  const { values: taps, n, length } = tapsByRows(kernel);
  const block = n * length;
  const lags = new Map<string, LagMatrix>();
  for (const { a, b, s, t } of tapPairs(kernel.height, kernel.width)) {
    const lag = lags.get(`${a},${b}`) ?? { a, b, values: new Float64Array(n * n) };
    lags.set(`${a},${b}`, lag);
    const [x, y] = [s, t].map((tap) => taps.subarray(tap * block, (tap + 1) * block)) as [Float64Array, Float64Array];
    addProduct(x, y, n, length, lag.values);
  }
  return [...lags.values()];
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

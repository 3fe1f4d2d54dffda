import { matMul, slice, type Tensor2D, type Tensor3D, tensor2d, tensor3d, tidy } from '@tensorflow/tfjs-core';
import { tapsByRows } from './taps';
import type { KernelValues } from './transfer';

/** The lags of a kernel as the backend's kernel takes them; the caller's. */
export interface LagTensors {
  /** A + Aᵀ (A itself at lag 0), float32[lags, n, n] with n filled up by zeros to a multiple of 4. */
  readonly even: Tensor3D;
  /** A − Aᵀ. */
  readonly odd: Tensor3D;
  /** (a, b), one of each lag and its negative, ordered by b. */
  readonly lags: [number, number][];
}

/**
 * Σ_j K(i, j + b) K(l, j)ᵀ for all rows i and l of taps: float32[height · n, height · n] for each distance b of columns. With the
 * taps of one row side by side, that is one product of what begins b columns later with what ends b columns earlier.
 */
async function columnProducts(kernel: KernelValues): Promise<Float32Array[]> {
  const { values, n, length } = tapsByRows(kernel);
  const { height, width } = kernel;
  const rows = new Float32Array(values.length);
  for (let i = 0; i < height; i++) {
    for (let j = 0; j < width; j++) {
      for (let p = 0; p < n; p++) {
        const from = ((i * width + j) * n + p) * length;
        rows.set(values.subarray(from, from + length), ((i * n + p) * width + j) * length);
      }
    }
  }
  const products = tidy(() => {
    const all = tensor2d(rows, [height * n, width * length]);
    const part = (from: number, columns: number): Tensor2D =>
      slice(all, [0, from * length], [height * n, columns * length]);
    return Array.from({ length: width }, (_, b) => matMul(part(b, width - b), part(0, width - b), false, true));
  });
  const read = products.map((product) => product.data<'float32'>());
  try {
    return await Promise.all(read);
  } finally {
    for (const product of products) product.dispose();
  }
}

/** The lag matrices of a kernel up to sign, in float32, from products on the current backend. */
export async function lagTensors(kernel: KernelValues): Promise<LagTensors> {
  const { height } = kernel;
  const products = await columnProducts(kernel);
  const n = Math.min(kernel.inputs, kernel.outputs);
  const padded = 4 * Math.ceil(n / 4);
  const lags = products.flatMap((_, b) =>
    Array.from({ length: b === 0 ? height : 2 * height - 1 }, (_, k): [number, number] => [height - 1 - k, b]),
  );
  const [even, odd] = [new Float32Array(lags.length * padded ** 2), new Float32Array(lags.length * padded ** 2)];
  const sum = new Float32Array(n * n);
  for (const [k, [a, b]] of lags.entries()) {
    sum.fill(0);
    for (let l = Math.max(0, -a); l < height - Math.max(0, a); l++) addBlock(products[b]!, n, height, l + a, l, sum);
    split(sum, n, a === 0 && b === 0 ? 0.5 : 1, even, odd, k * padded ** 2, padded);
  }
  const shape: [number, number, number] = [lags.length, padded, padded];
  return { even: tensor3d(even, shape), odd: tensor3d(odd, shape), lags };
}

/** Adds block (row, column) of [blocks · n, blocks · n] to `sum` [n, n]. */
function addBlock(
  product: Float32Array,
  n: number,
  blocks: number,
  row: number,
  column: number,
  sum: Float32Array,
): void {
  for (let i = 0; i < n; i++) {
    const from = ((row * n + i) * blocks + column) * n;
    for (let j = 0; j < n; j++) sum[i * n + j]! += product[from + j]!;
  }
}

/** Writes the factor times A + Aᵀ to `even`, and A − Aᵀ to `odd`, from `to` on, row after row of `padded` values. */
function split(
  sum: Float32Array,
  n: number,
  factor: number,
  even: Float32Array,
  odd: Float32Array,
  to: number,
  padded: number,
): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const below = sum[i * n + j]!;
      const above = sum[j * n + i]!;
      const together = factor * (below + above);
      const [p, q] = [to + i * padded + j, to + j * padded + i];
      even[p] = together;
      even[q] = together;
      odd[p] = below - above;
      odd[q] = above - below;
    }
  }
}

import { matMul, type Tensor3D, tensor2d, tensor3d, tidy } from '@tensorflow/tfjs-core';
import { tapPairs } from './lagMatrices';
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
 * The lag matrices of a kernel up to sign, in float32: one product of all taps with all taps on the current backend, from
 * which the blocks of one lag are added up.
 */
export async function lagTensors(kernel: KernelValues): Promise<LagTensors> {
  const { values, n, length } = tapsByRows(kernel);
  const taps = kernel.height * kernel.width;
  const products = tidy(() => {
    const rows = tensor2d(new Float32Array(values), [taps * n, length]);
    return matMul(rows, rows, false, true);
  });
  const all = await products.data<'float32'>();
  products.dispose();
  const padded = 4 * Math.ceil(n / 4);
  const sums = new Map<string, { lag: [number, number]; values: Float32Array }>();
  for (const { a, b, s, t } of tapPairs(kernel.height, kernel.width)) {
    if (b === 0 && a < 0) continue;
    const sum = sums.get(`${a},${b}`) ?? { lag: [a, b] as [number, number], values: new Float32Array(n * n) };
    sums.set(`${a},${b}`, sum);
    const to = sum.values;
    for (let i = 0; i < n; i++) {
      const from = (s * n + i) * taps * n + t * n;
      for (let j = 0; j < n; j++) to[i * n + j]! += all[from + j]!;
    }
  }
  const ordered = [...sums.values()].sort((p, q) => p.lag[1] - q.lag[1]);
  const [even, odd] = [0, 1].map(() => new Float32Array(ordered.length * padded * padded)) as [
    Float32Array,
    Float32Array,
  ];
  for (const [k, { lag, values: one }] of ordered.entries()) {
    const half = lag[0] === 0 && lag[1] === 0 ? 0.5 : 1;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        const to = (k * padded + i) * padded + j;
        even[to] = half * (one[i * n + j]! + one[j * n + i]!);
        odd[to] = one[i * n + j]! - one[j * n + i]!;
      }
    }
  }
  const shape: [number, number, number] = [ordered.length, padded, padded];
  return { even: tensor3d(even, shape), odd: tensor3d(odd, shape), lags: ordered.map(({ lag }) => lag) };
}

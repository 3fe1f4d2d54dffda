import { backend_util, type KernelFunc, type TensorInfo } from '@tensorflow/tfjs-core';
import { make, view } from './arrays';
import { type Composer, composed } from './composer';
import { fusedActivation } from './fusedActivation';

interface MatMulAttrs {
  transposeA?: boolean;
  transposeB?: boolean;
  activation?: string | null;
  leakyreluAlpha?: number;
}

/** The last two axes exchanged. Transposing first is several times faster than the stock product with a flag. */
function turned(c: Composer, x: TensorInfo, turn: boolean | undefined): TensorInfo {
  if (!turn) return x;
  const perm = x.shape.map((_, axis) => axis);
  [perm[perm.length - 2], perm[perm.length - 1]] = [perm.length - 1, perm.length - 2];
  return c.run('Transpose', { x }, { perm });
}

const plain = { transposeA: false, transposeB: false };

const isPlain = ({ transposeA, transposeB }: MatMulAttrs): boolean => !transposeA && !transposeB;

/** Products of integers, which the stock kernel refuses: in float64, where float32 would be off beyond 2²⁴. */
const integerProduct: KernelFunc = ({ inputs, backend, attrs }) => {
  const { a, b } = inputs as { a: TensorInfo; b: TensorInfo };
  const { transposeA, transposeB } = attrs as unknown as MatMulAttrs;
  const batches = backend_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const size = (shape: number[]): number => shape.reduce((product, extent) => product * extent, 1);
  const [rowsA, columnsA] = a.shape.slice(-2) as [number, number];
  const [rowsB, columnsB] = b.shape.slice(-2) as [number, number];
  const [m, k, n] = [transposeA ? columnsA : rowsA, transposeA ? rowsA : columnsA, transposeB ? rowsB : columnsB];
  const [stepA, stepB] = [transposeA ? [1, columnsA] : [columnsA, 1], transposeB ? [1, columnsB] : [columnsB, 1]];
  const [countA, countB] = [size(a.shape.slice(0, -2)), size(b.shape.slice(0, -2))];
  const [x, y] = [view(backend, a), view(backend, b)];
  const out = new Int32Array(size(batches) * m * n);
  for (let batch = 0; batch < size(batches); batch++) {
    const [atA, atB] = [(batch % countA) * m * k, (batch % countB) * k * n];
    for (let i = 0; i < m; i++)
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let l = 0; l < k; l++)
          sum += x[atA + i * stepA[0]! + l * stepA[1]!]! * y[atB + l * stepB[0]! + j * stepB[1]!]!;
        out[(batch * m + i) * n + j] = sum;
      }
  }
  return make(backend, out, [...batches, m, n], 'int32');
};

/** Matrix products with transposes, as the transposes and the stock product without. */
export const batchMatMul =
  (stock: KernelFunc): KernelFunc =>
  (args) => {
    const { a, b } = args.inputs as { a: TensorInfo; b: TensorInfo };
    const attrs = args.attrs as unknown as MatMulAttrs;
    if (a.dtype !== 'float32' || b.dtype !== 'float32') return integerProduct(args);
    if (isPlain(attrs)) return stock(args);
    return composed(args.backend, (c) =>
      c.own(stock, { a: turned(c, a, attrs.transposeA), b: turned(c, b, attrs.transposeB) }, plain),
    );
  };

/**
 * The fused product with bias and activation. The stock kernel applies both once for every 48 steps of the sum where
 * there is a transpose or a batch: transposes are done first, and a batch's bias and activation after the product.
 */
export const fusedMatMul =
  (stock: KernelFunc): KernelFunc =>
  (args) => {
    const { a, b, bias, preluActivationWeights } = args.inputs as Record<string, TensorInfo | undefined>;
    const attrs = args.attrs as unknown as MatMulAttrs;
    const batched = [a!, b!].some(({ shape }) => shape.slice(0, -2).some((extent) => extent !== 1));
    if (isPlain(attrs) && !batched) return stock(args);
    return composed(args.backend, (c) => {
      const factors = { a: turned(c, a!, attrs.transposeA), b: turned(c, b!, attrs.transposeB) };
      if (!batched) return c.own(stock, { ...(args.inputs as object), ...factors }, { ...attrs, ...plain });
      const product = c.run('BatchMatMul', factors, plain);
      const sum = bias ? c.run('Add', { a: product, b: bias }) : product;
      return fusedActivation(c, sum, attrs, preluActivationWeights);
    });
  };

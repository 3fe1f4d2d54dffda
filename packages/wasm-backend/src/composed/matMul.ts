import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { type Composer, composed } from './composer';

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

/** Matrix products with transposes, as the transposes and the stock product without. */
export const batchMatMul =
  (stock: KernelFunc): KernelFunc =>
  (args) => {
    const { a, b } = args.inputs as { a: TensorInfo; b: TensorInfo };
    const attrs = args.attrs as unknown as MatMulAttrs;
    if (isPlain(attrs)) return stock(args);
    return composed(args.backend, (c) =>
      c.own(stock, { a: turned(c, a, attrs.transposeA), b: turned(c, b, attrs.transposeB) }, plain),
    );
  };

const activations: Readonly<Record<string, string>> = {
  relu: 'Relu',
  relu6: 'Relu6',
  elu: 'Elu',
  sigmoid: 'Sigmoid',
  leakyrelu: 'LeakyRelu',
  prelu: 'Prelu',
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
      const activation = attrs.activation ?? 'linear';
      if (activation === 'linear') return sum;
      const name = activations[activation];
      if (!name) throw new Error(`[relumine/wasm-backend] no fused activation is called ${activation}.`);
      const alpha = preluActivationWeights ? { alpha: preluActivationWeights } : {};
      return c.run(name, { x: sum, ...alpha }, { alpha: attrs.leakyreluAlpha });
    });
  };

import { broadcast_util, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { finishRows } from './epilogue';
import { following } from './following';
import { addressOf, produce, type WasmBackend } from './heap';
import { layout, multiplyAll } from './matrixProduct';
import { kernelsOf } from './module';
import { type NativeKernel, replaceKernel } from './registry';

/** Flat indices of the matrices of a batch that broadcasts from `outer` to `out`. */
function batchIndices(outer: number[], out: number[]): number[] {
  const strides = outer.map((extent, axis) => (extent === 1 ? 0 : util.sizeFromShape(outer.slice(axis + 1))));
  const lead = out.length - outer.length;
  return Array.from({ length: util.sizeFromShape(out) }, (_, flat) => {
    let index = 0;
    let rest = flat;
    for (let axis = out.length - 1; axis >= 0; axis--) {
      const position = rest % out[axis]!;
      rest = Math.floor(rest / out[axis]!);
      if (axis >= lead) index += position * strides[axis - lead]!;
    }
    return index;
  });
}

interface MatMulAttrs {
  transposeA: boolean;
  transposeB: boolean;
}

const isMatrices = (x: TensorInfo): boolean => x.dtype === 'float32' && x.shape.length >= 2;

/** Runs the products and then `finish` on the output's address. */
function product(
  backend: WasmBackend,
  a: TensorInfo,
  b: TensorInfo,
  { transposeA, transposeB }: MatMulAttrs,
  finish: (c: number, rows: number, columns: number) => void,
): TensorInfo {
  const [outerA, outerB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const outer = broadcast_util.assertAndGetBroadcastShape(outerA, outerB);
  const [la, lb] = [layout(a.shape, transposeA), layout(b.shape, transposeB)];
  if (la.columns !== lb.rows) {
    throw new Error(
      `Error in matMul: inner shapes (${la.columns}) and (${lb.rows}) of Tensors with shapes ${a.shape} and ${b.shape} and transposeA=${transposeA} and transposeB=${transposeB} must match.`,
    );
  }
  const size = la.rows * lb.columns * 4;
  return produce(backend, [...outer, la.rows, lb.columns], (c) => {
    const batches = util.sizeFromShape(outer);
    if (la.columns === 0) kernelsOf(backend).zero(c, batches * size);
    else {
      const [ia, ib] = [batchIndices(outerA, outer), batchIndices(outerB, outer)];
      const [atA, atB] = [addressOf(backend, a), addressOf(backend, b)];
      const [bytesA, bytesB] = [la.rows * la.columns * 4, lb.rows * lb.columns * 4];
      const pairs = ia.map((i, at) => ({ a: atA + i * bytesA, b: atB + ib[at]! * bytesB, c: c + at * size }));
      multiplyAll(backend, la, lb, pairs);
    }
    finish(c, batches * la.rows, lb.columns);
  });
}

const batchMatMul: NativeKernel = (args, replaced) => {
  const { a, b } = args.inputs as { a: TensorInfo; b: TensorInfo };
  if (!isMatrices(a) || !isMatrices(b)) return replaced(args);
  return product(args.backend as WasmBackend, a, b, args.attrs as unknown as MatMulAttrs, () => undefined);
};

const fusedMatMul: NativeKernel = (args, replaced) => {
  const { a, b, bias } = args.inputs as { a: TensorInfo; b: TensorInfo; bias?: TensorInfo };
  const attrs = args.attrs as unknown as MatMulAttrs;
  const finish = isMatrices(a) && isMatrices(b) ? following(args.attrs as Record<string, unknown>) : undefined;
  const columns = attrs.transposeB ? b.shape.at(-2) : b.shape.at(-1);
  if (finish === undefined || (bias && util.sizeFromShape(bias.shape) !== columns)) return replaced(args);
  const backend = args.backend as WasmBackend;
  const kernels = kernelsOf(backend);
  return product(backend, a, b, attrs, (c, rows, width) => {
    if (bias) finishRows(backend, c, [1, rows, width], { bias: addressOf(backend, bias), relu: false });
    finish(kernels, c, rows * width);
  });
};

/** Registers matMul with all transposes and batches, and its fused form with bias and activation. */
export function registerMatMul(): void {
  replaceKernel('BatchMatMul', batchMatMul);
  replaceKernel('_FusedMatMul', fusedMatMul);
}

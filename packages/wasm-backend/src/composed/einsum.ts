import { backend_util, type KernelFunc, type TensorInfo } from '@tensorflow/tfjs-core';
import { type Composer, composed } from './composer';
import { einsumAsProduct } from './einsumAsProduct';

/** One factor with its axes in the order of all axes, and axes of length 1 where it has none. */
function aligned(c: Composer, x: TensorInfo, axes: number, dims: number[]): TensorInfo {
  const { permutationIndices: perm, expandDims } = backend_util.getEinsumPermutation(axes, dims);
  const ordered = backend_util.isIdentityPermutation(perm) ? x : c.run('Transpose', { x }, { perm });
  const shape = ordered.shape.slice();
  for (const axis of expandDims) shape.splice(axis, 0, 1);
  return c.view(ordered, shape);
}

/**
 * Einstein summation: a matrix product where it is one, else products of broadcast factors and sums over the axes that the
 * result lacks.
 */
export const einsum: KernelFunc = ({ inputs, backend, attrs }) => {
  const { equation } = attrs as unknown as { equation: string };
  const factors = inputs as unknown as TensorInfo[];
  const { allDims, summedDims, idDims } = backend_util.decodeEinsumEquation(equation, factors.length);
  backend_util.checkEinsumDimSizes(allDims.length, idDims, factors as never);
  const { path, steps } = backend_util.getEinsumComputePath(summedDims, idDims);
  return composed(backend, (c) => {
    const product = einsumAsProduct(c, factors, idDims, allDims.length - summedDims.length);
    if (product) return product;
    let axes = allDims.length;
    let out: TensorInfo | undefined;
    steps.forEach((terms, i) => {
      for (const term of terms) {
        const x = aligned(c, factors[term]!, axes, idDims[term]!);
        out = out ? c.run('Multiply', { a: x, b: out }) : x;
      }
      if (i === steps.length - 1) return;
      if (path[i]! >= 0) out = c.run('Sum', { x: out! }, { axis: path[i]! - (allDims.length - axes), keepDims: false });
      axes--;
    });
    const borrowed = factors.some(({ dataId }) => dataId === out!.dataId);
    return borrowed ? { ...c.run('Identity', { x: out! }), shape: out!.shape } : out!;
  });
};

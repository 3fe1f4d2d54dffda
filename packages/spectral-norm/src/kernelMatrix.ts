import { describe, invalidArgument, requireFloat32Tensor } from '@relumine/core';
import { matMul, reshape, type Tensor, type Tensor1D, type Tensor2D, tidy, transpose } from '@tensorflow/tfjs-core';

/** The permutation that brings `axis` to the front. */
function toFront(rank: number, axis: number): number[] {
  return [axis, ...Array.from({ length: rank }, (_, i) => i).filter((i) => i !== axis)];
}

/** The axis of a kernel that becomes the rows of its matrix, counted from 0. */
export function requireAxis(where: string, kernel: Tensor, axis: number): number {
  requireFloat32Tensor(where, 'kernel', kernel);
  const rank = kernel.shape.length;
  if (rank < 2)
    throw invalidArgument({
      where,
      argument: 'kernel',
      rule: 'must have rank 2 or more',
      received: `shape [${kernel.shape.join(', ')}]`,
      wayOut: 'Reshape it first.',
    });
  const counted = axis < 0 ? axis + rank : axis;
  if (Number.isInteger(counted) && counted >= 0 && counted < rank) return counted;
  throw invalidArgument({
    where,
    argument: 'options.axis',
    rule: `must be an axis of a kernel of rank ${rank}`,
    received: describe(axis),
  });
}

/**
 * A kernel as a matrix [outputs, everything else]: what PyTorch reshapes a weight to, up to the order of the columns,
 * which no singular value depends on.
 *
 * @param kernel float32, rank 2 or more; borrowed
 * @param axis the axis of the outputs
 * @returns float32[outputs, rest]; the caller's
 */
export function toMatrix(kernel: Tensor, axis: number): Tensor2D {
  const rank = kernel.shape.length;
  return tidy(() => reshape(transpose(kernel, toFront(rank, axis)), [kernel.shape[axis]!, -1]) as Tensor2D);
}

/** The inverse of {@link toMatrix}. */
export function fromMatrix(matrix: Tensor2D, shape: readonly number[], axis: number): Tensor {
  const order = toFront(shape.length, axis);
  const back = order.map((_, i) => order.indexOf(i));
  return tidy(() =>
    transpose(
      reshape(
        matrix,
        order.map((i) => shape[i]!),
      ),
      back,
    ),
  );
}

/** W v and Wᵀ u for a kernel's matrix W [outputs, rest]. */
export interface MatrixProducts {
  times(v: Tensor1D): Tensor1D;
  transposedTimes(u: Tensor1D): Tensor1D;
}

const flat = (x: Tensor): Tensor1D => reshape(x, [-1]);

/** The products with a matrix [rows, columns]. */
export const matrixProducts = (matrix: Tensor2D): MatrixProducts => ({
  times: (v) => flat(matMul(matrix, reshape(v, [-1, 1]))),
  transposedTimes: (u) => flat(matMul(reshape(u, [1, -1]), matrix)),
});

/** The products with a kernel's matrix; where the outputs are last, no value is moved. Inside a tidy. */
export function kernelProducts(kernel: Tensor, axis: number): MatrixProducts {
  if (axis !== kernel.shape.length - 1) return matrixProducts(toMatrix(kernel, axis));
  const { times, transposedTimes } = matrixProducts(reshape(kernel, [-1, kernel.shape[axis]!]));
  return { times: transposedTimes, transposedTimes: times };
}

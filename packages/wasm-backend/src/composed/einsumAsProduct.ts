import { backend_util, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { Composer } from './composer';

/** The axes of a summation of two factors, by where they occur, as indices of all axes (the result's first, in order). */
interface Roles {
  batch: number[];
  contracted: number[];
  left: number[];
  right: number[];
}

/** Undefined where the summation is no matrix product: an axis repeats in a factor, or is summed in one factor alone. */
function rolesOf(idDims: number[][], outer: number): Roles | undefined {
  const [a, b] = idDims as [number[], number[]];
  if (new Set(a).size !== a.length || new Set(b).size !== b.length) return undefined;
  const roles: Roles = { batch: [], contracted: [], left: [], right: [] };
  for (const axis of new Set([...a, ...b])) {
    const both = a.includes(axis) && b.includes(axis);
    if (axis >= outer && !both) return undefined;
    if (both) (axis < outer ? roles.batch : roles.contracted).push(axis);
    else (a.includes(axis) ? roles.left : roles.right).push(axis);
  }
  return roles.contracted.length > 0 ? roles : undefined;
}

/** x, whose axes are `from`, with its axes in the order `to`. */
function ordered(c: Composer, x: TensorInfo, from: number[], to: number[]): TensorInfo {
  const perm = to.map((axis) => from.indexOf(axis));
  return backend_util.isIdentityPermutation(perm) ? x : c.run('Transpose', { x }, { perm });
}

/**
 * Einstein summation of two factors as one batched matrix product, without the tensor of all axes that a broadcast product
 * would fill; undefined where it is none.
 */
export function einsumAsProduct(
  c: Composer,
  factors: TensorInfo[],
  idDims: number[][],
  outer: number,
): TensorInfo | undefined {
  if (factors.length !== 2 || factors.some(({ dtype, shape }) => dtype !== 'float32' || shape.includes(0)))
    return undefined;
  const roles = rolesOf(idDims, outer);
  if (roles === undefined) return undefined;
  const { batch, contracted, left, right } = roles;
  const [[a, b], [dimsA, dimsB]] = [factors, idDims] as [[TensorInfo, TensorInfo], [number[], number[]]];
  const extent = (axis: number): number =>
    dimsA.includes(axis) ? a.shape[dimsA.indexOf(axis)]! : b.shape[dimsB.indexOf(axis)]!;
  const sizes = (axes: number[]): number[] => axes.map(extent);
  const [lead, k] = [util.sizeFromShape(sizes(batch)), util.sizeFromShape(sizes(contracted))];
  const [m, n] = [util.sizeFromShape(sizes(left)), util.sizeFromShape(sizes(right))];
  const x = c.view(ordered(c, a, dimsA, [...batch, ...left, ...contracted]), [lead, m, k]);
  const y = c.view(ordered(c, b, dimsB, [...batch, ...contracted, ...right]), [lead, k, n]);
  const product = c.run('BatchMatMul', { a: x, b: y }, { transposeA: false, transposeB: false });
  const made = [...batch, ...left, ...right];
  const target = Array.from({ length: outer }, (_, axis) => axis);
  return ordered(c, c.view(product, sizes(made)), made, target);
}

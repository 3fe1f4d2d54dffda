import { getBackend, type Tensor, tensor } from '@tensorflow/tfjs-core';

/** f and f' of one number. */
export interface ScalarFunction {
  f(z: number): number;
  derivative(z: number): number;
}

/**
 * f(x), or dy · f(x), value by value in float64, on tfjs's own `cpu` backend: there, each operation is such a loop, and one is
 * faster than several. NaN stays NaN, whatever f makes of it.
 *
 * @param x  float32 of any shape; borrowed
 * @param f  a function of one number, if there is one
 * @param dy float32 like x; borrowed
 * @returns float32 like x, the caller's; undefined on other backends, whose values are not in reach
 */
export function tryEachValue(x: Tensor, f?: (z: number) => number, dy?: Tensor): Tensor | undefined {
  if (!f || getBackend() !== 'cpu') return undefined;
  const [from, slope] = [x.dataSync(), dy?.dataSync()];
  const to = new Float32Array(from.length);
  for (let i = 0; i < from.length; i++) {
    const z = from[i]!;
    const value = Number.isNaN(z) ? z : f(z);
    to[i] = slope ? slope[i]! * value : value;
  }
  return tensor(to, x.shape);
}

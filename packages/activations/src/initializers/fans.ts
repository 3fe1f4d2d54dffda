import { describe, invalidArgument } from '@relumine/core';

export interface Fans {
  fanIn: number;
  fanOut: number;
}

/** The shape of a kernel as tfjs has it: dense [in, out], convolutions […spatial, in, out], depthwise [h, w, in, multiplier]. */
export type KernelShape = readonly number[];

export function requireKernelShape(where: string, shape: unknown): asserts shape is KernelShape {
  const isShape =
    Array.isArray(shape) && shape.length >= 2 && shape.every((size) => Number.isInteger(size) && size >= 0);
  if (isShape) return;
  const rule = 'must be a kernel shape of rank 2 or more, [...spatial, in, out]';
  throw invalidArgument({ where, argument: 'shape', rule, received: describe(shape) });
}

/** Values that enter one output and leave one input: the field of a convolution times its channels. */
export function fansOf(shape: KernelShape): Fans {
  const field = shape.slice(0, -2).reduce((product, size) => product * size, 1);
  return { fanIn: field * shape.at(-2)!, fanOut: field * shape.at(-1)! };
}

import { invalidArgument } from '@relumine/core';

/** The axis, counted from the front. */
export function requireAxis(where: string, axis: number, rank: number): number {
  if (Number.isInteger(axis) && axis >= -rank && axis < rank) return axis < 0 ? axis + rank : axis;
  const rule = `must be an axis of x, which has rank ${rank}`;
  throw invalidArgument({ where, argument: 'options.axis', rule, received: String(axis) });
}

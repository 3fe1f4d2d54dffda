import type { ScalarFunction } from '@relumine/core';

/** f and f' of one number in float64, limits at ±∞ included: for gains and curves, and for the backend that computes value by value. */
export interface ScalarActivation extends ScalarFunction {
  /** Where f or f' jumps or bends. */
  breaks: readonly number[];
}

/** z where products of it and what is 0 by then are no NaN. */
export const limited = (z: number): number => Math.min(Math.max(z, -1e3), 1e3);

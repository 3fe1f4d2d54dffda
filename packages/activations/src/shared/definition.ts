import type { ActivationName } from '@relumine/core';
import type { Composition } from './pointwise';

/** An activation's parameters by name, as `activation(name, params)` takes them. */
export type ActivationParams = Readonly<Record<string, number | string>>;

/** f and f' of one number in float64, for gains and curves. */
export interface ScalarActivation {
  f(z: number): number;
  derivative(z: number): number;
  /** Where f or f' jumps or bends. */
  breaks: readonly number[];
}

/** What one pass costs per value, beside reading and writing it. */
export type ActivationCost = 'none' | 'comparison' | 'division' | 'root' | 'exponential' | 'logarithm' | 'random';

/** What tables tell of one activation. */
export interface Entry {
  /** f(x) in TeX, with the parameters' default meaning. */
  readonly formula: string;
  /** Who introduced it; `—` where nobody in particular did. */
  readonly paper: string;
  /** The values that it takes. */
  readonly range: string;
  readonly monotone: boolean;
  /** Where a unit does not fire: slope 0, or at most 0.001 for smooth functions; null where it always does. */
  readonly deadRegion: string | null;
  readonly cost: ActivationCost;
}

/** How one activation is computed. */
export interface Definition {
  readonly name: ActivationName;
  /** The parameters and their defaults. */
  readonly defaults: ActivationParams;
  /** @throws RangeError for a parameter that can't be */
  compose(params: never): Composition;
  scalar(params: never): ScalarActivation;
}

import type { ActivationName } from '@relumine/core';
import type { Composition } from './pointwise';
import type { ScalarActivation } from './scalar';

/** An activation's parameters by name, as `activation(name, params)` takes them. */
export type ActivationParams = Readonly<Record<string, number | string>>;

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

/** How one activation of single values is computed, by name. */
export interface Definition {
  readonly name: ActivationName;
  /** The parameters and their defaults. */
  readonly defaults: ActivationParams;
  /** @throws RangeError for a parameter that can't be */
  compose(params: never): Composition;
  /** f and f' of one number; those of the composition unless given. */
  scalar?(params: never): ScalarActivation;
}

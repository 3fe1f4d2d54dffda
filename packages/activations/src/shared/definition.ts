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

/** All that is known of one activation; its file has it, the catalogue lists it. */
export interface Definition {
  readonly name: ActivationName;
  /** The parameters and their defaults. */
  readonly defaults: ActivationParams;
  /** @throws RangeError for a parameter that can't be */
  compose(params: never): Composition;
  scalar(params: never): ScalarActivation;
}

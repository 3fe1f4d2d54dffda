import type { ActivationName } from '@relumine/core';
import { gain } from './gains/gain';
import { entries } from './generated/lists';
import { activationNames } from './names';
import { defaultsOf } from './parameters';
import type { ActivationParams, Entry } from './shared/definition';

/** One activation, for tables and curves; its values come from `activation`. */
export interface CatalogueEntry extends Entry {
  readonly name: ActivationName;
  /** With the defaults, as `gain` gives it; computed when it is read. */
  readonly gain: number;
  /** The parameters with their defaults. */
  readonly parameters: ActivationParams;
}

/** Every activation, in the order of `activationNames`. */
export const catalogue: readonly CatalogueEntry[] = /* @__PURE__ */ activationNames.map((name) => ({
  name,
  ...entries[name],
  get gain() {
    return gain(name);
  },
  parameters: defaultsOf(name),
}));

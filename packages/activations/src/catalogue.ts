import type { ActivationName } from '@relumine/core';
import { entries } from './generated/lists';
import { activationNames } from './names';
import { defaultsOf } from './parameters';
import type { ActivationParams, Entry } from './shared/definition';

/** One activation, for tables and curves; its gain and values come from `gain` and `activation`. */
export interface CatalogueEntry extends Entry {
  readonly name: ActivationName;
  /** The parameters with their defaults. */
  readonly parameters: ActivationParams;
}

/** Every activation, in the order of `activationNames`. */
export const catalogue: readonly CatalogueEntry[] = /* @__PURE__ */ activationNames.map((name) => ({
  name,
  ...entries[name],
  parameters: defaultsOf(name),
}));

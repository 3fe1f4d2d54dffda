import type { ActivationName } from '@relumine/core';
import { listed } from './generated/lists';
import type { Definition } from './shared/definition';

/** The activations that map each value by itself, in the order of the catalogue. */
export const definitions: ReadonlyMap<ActivationName, Definition> = /* @__PURE__ */ new Map(
  /* @__PURE__ */ listed.map((definition) => [definition.name, definition]),
);

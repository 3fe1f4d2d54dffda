import type { ActivationName } from '@relumine/core';
import { listed } from './generated/lists';
import type { ActivationParams, Definition } from './shared/definition';
import type { ScalarActivation } from './shared/scalar';

/** The activations that map each value by itself, in the order of the catalogue. */
export const definitions: ReadonlyMap<ActivationName, Definition> = /* @__PURE__ */ new Map(
  /* @__PURE__ */ listed.map((definition) => [definition.name, definition]),
);

/**
 * f and f' of one number.
 *
 * @throws RangeError for a parameter that can't be
 */
export function scalarOf(definition: Definition, params: ActivationParams = {}): ScalarActivation {
  const { scalar } = definition.compose(params as never);
  return scalar ?? definition.scalar!(params as never);
}

import { type ActivationName, describe, activationNames as every, invalidArgument, nearestName } from '@relumine/core';

/** All activations, by PyTorch's functional names in camel case. */
export const activationNames: readonly ActivationName[] = every;

/**
 * Other names in use. Besides these, case and separators don't matter: Keras's `hard_sigmoid` and `log_sigmoid`, PyTorch's
 * `LeakyReLU` and tfjs's `hardSigmoid` are found too (always PyTorch's function with PyTorch's defaults).
 */
export const activationAliases: Readonly<Record<string, ActivationName>> = {
  swish: 'silu',
  hardSilu: 'hardswish',
  identity: 'linear',
};

const fold = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/**
 * The activation that a name means: its own, an alias, or one that differs by case and separators.
 *
 * @throws RangeError for an unknown name, with the nearest known one; TypeError for what is no string
 */
export function resolveActivationName(
  name: string,
  where = 'activations/activation',
  argument = 'name',
): ActivationName {
  const folded = typeof name === 'string' ? fold(name) : '';
  const found = activationNames.find((known) => fold(known) === folded);
  const alias = Object.entries(activationAliases).find(([known]) => fold(known) === folded)?.[1];
  const resolved = found ?? alias;
  if (resolved) return resolved;
  const near = nearestName(folded, [...activationNames, ...Object.keys(activationAliases)]);
  throw invalidArgument({
    where,
    argument,
    rule: `must be one of ${activationNames.join(', ')}`,
    received: describe(name),
    ...(near ? { wayOut: `Did you mean '${near}'?` } : {}),
    type: typeof name === 'string' ? RangeError : TypeError,
  });
}

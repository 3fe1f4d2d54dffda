import { type ActivationName, describe, invalidArgument, nearestName } from '@relumine/core';
import { definitions } from './definitions';
import type { ActivationParams } from './shared/definition';

/** glu's and crelu's, which don't map value by value. */
const axisOnly: ActivationParams = { axis: -1 };
/** What only training looks at. */
const trainingOnly: Partial<Record<ActivationName, readonly string[]>> = { rrelu: ['seed'] };

/** The parameters of an activation with their defaults. */
export const defaultsOf = (name: ActivationName): ActivationParams => definitions.get(name)?.defaults ?? axisOnly;

/** @throws RangeError for a parameter that the activation has not; TypeError for one that is no number where one belongs */
export function requireParameters(where: string, name: ActivationName, params: ActivationParams): void {
  const known = [...Object.keys(defaultsOf(name)), ...(trainingOnly[name] ?? [])];
  for (const [key, value] of Object.entries(params)) {
    if (!known.includes(key)) throw unknown(where, name, key, known);
    const isText = typeof defaultsOf(name)[key] === 'string';
    if (isText || (typeof value === 'number' && Number.isFinite(value))) continue;
    throw invalidArgument({ where, argument: key, rule: 'must be a finite number', received: describe(value) });
  }
}

function unknown(where: string, name: ActivationName, key: string, known: readonly string[]): Error {
  const near = nearestName(key, known);
  return invalidArgument({
    where,
    argument: 'params',
    rule: known.length > 0 ? `of ${name} may be ${known.join(', ')}` : `of ${name} must be empty`,
    received: key,
    ...(near ? { wayOut: `Did you mean '${near}'?` } : {}),
  });
}

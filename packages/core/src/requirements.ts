import { describe, invalidArgument } from './errors';
import { nearestName } from './nearestName';

/**
 * Requires a finite number (within `[min, max]` where given; strictly within where `exclusive`).
 *
 * @throws TypeError where it is no number; RangeError where it is not finite or outside
 */
export function requireFinite(
  where: string,
  argument: string,
  value: unknown,
  range: { min?: number; max?: number; exclusive?: boolean } = {},
): asserts value is number {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY, exclusive = false } = range;
  if (typeof value !== 'number') {
    throw invalidArgument({ where, argument, rule: 'must be a number', received: describe(value), type: TypeError });
  }
  const inside = exclusive ? value > min && value < max : value >= min && value <= max;
  if (Number.isFinite(value) && inside) return;
  const low = min > Number.NEGATIVE_INFINITY ? ` ${exclusive ? 'above' : 'of at least'} ${min}` : '';
  const high = max < Number.POSITIVE_INFINITY ? ` ${exclusive ? 'below' : 'of at most'} ${max}` : '';
  const rule = `must be a finite number${low}${low && high ? ' and' : ''}${high}`;
  throw invalidArgument({ where, argument, rule, received: describe(value) });
}

/**
 * Requires an integer of at least `min` (1 where not given).
 *
 * @throws TypeError where it is no number; RangeError where it is no integer or too small
 */
export function requirePositiveInteger(
  where: string,
  argument: string,
  value: unknown,
  min = 1,
): asserts value is number {
  if (typeof value !== 'number') {
    throw invalidArgument({ where, argument, rule: 'must be a number', received: describe(value), type: TypeError });
  }
  if (Number.isSafeInteger(value) && value >= min) return;
  throw invalidArgument({ where, argument, rule: `must be an integer of at least ${min}`, received: describe(value) });
}

/**
 * Requires an object of options, where some have no default: `certify(model)` without a box is told what it lacks.
 *
 * @throws TypeError where it is none
 */
export function requireObject(where: string, argument: string, value: unknown): asserts value is object {
  if (typeof value === 'object' && value !== null) return;
  throw invalidArgument({ where, argument, rule: 'must be an object', received: describe(value), type: TypeError });
}

/**
 * Requires one of `known`; the error suggests the nearest.
 *
 * @throws TypeError where it is no string; RangeError where it is none of them
 */
export function requireOneOf<T extends string>(
  where: string,
  argument: string,
  value: unknown,
  known: readonly T[],
): asserts value is T {
  if (typeof value === 'string' && (known as readonly string[]).includes(value)) return;
  const near = typeof value === 'string' ? nearestName(value, known) : undefined;
  throw invalidArgument({
    where,
    argument,
    rule: `must be one of ${known.join(', ')}`,
    received: describe(value),
    ...(near ? { wayOut: `Did you mean '${near}'?` } : {}),
    type: typeof value === 'string' ? RangeError : TypeError,
  });
}

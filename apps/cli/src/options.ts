import { activationNames, requireFinite, requireOneOf, requirePositiveInteger } from '@relumine/core/checks';
import type { Terminal } from './terminal';

/** Where an option was given, for its messages. */
type Parse<T> = (text: string) => T;

const toNumber = (text: string): number => (text.trim() === '' ? Number.NaN : Number(text));

/** A whole number from `min` to `max`. */
export function wholeNumber(
  where: string,
  option: string,
  min = 1,
  max: number = Number.MAX_SAFE_INTEGER,
): Parse<number> {
  return (text) => {
    const value = toNumber(text);
    // A word is shown as it was typed, not as NaN.
    requirePositiveInteger(where, option, Number.isNaN(value) ? (text as unknown) : value, min);
    requireFinite(where, option, value, { max });
    return value;
  };
}

/** A finite number above 0. */
export function positiveNumber(where: string, option: string): Parse<number> {
  return (text) => {
    const value = toNumber(text);
    requireFinite(where, option, Number.isNaN(value) ? (text as unknown) : value, { min: 0, exclusive: true });
    return value;
  };
}

/** One of `known`. */
export function oneOf<T extends string>(where: string, option: string, known: readonly T[]): Parse<T> {
  return (text) => {
    requireOneOf(where, option, text, known);
    return text;
  };
}

/** What `parse` makes of each part between commas. */
export function list<T>(parse: Parse<T>): Parse<T[]> {
  return (text) => text.split(',').map((part) => parse(part.trim()));
}

/** Activations by name, between commas. */
export const activationList = (where: string, option: string): Parse<(typeof activationNames)[number][]> =>
  list(oneOf(where, option, activationNames));

/** What may happen to a picture that is none. */
export const onCorruptChoices = ['error', 'skip'] as const;
export const onCorruptHelp = 'what a corrupt picture in a folder is: an error, or skipped and named (default: error)';

/** Names a picture that is left out. */
export const leftOut =
  ({ stderr }: Terminal) =>
  (file: string, reason: string): void =>
    void stderr.write(`Left out ${file}: ${reason}\n`);

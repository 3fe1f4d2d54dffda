/** A number as JSON can hold it: NaN and the infinities are strings. */
export type JsonNumber = number | 'NaN' | 'Infinity' | '-Infinity';

/** `value` as JSON can hold it; finite numbers pass unchanged. */
export function encodeNumber(value: number): JsonNumber {
  return Number.isFinite(value) ? value : (String(value) as JsonNumber);
}

/** The number that {@link encodeNumber} encoded. */
export function decodeNumber(value: JsonNumber): number {
  return Number(value);
}

/**
 * Bounds of every element of one tensor, without its batch axis. An element whose bounds are infinite may also be NaN.
 */
export interface Interval {
  readonly shape: readonly number[];
  readonly lo: Float64Array;
  readonly hi: Float64Array;
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/** An interval of `shape` with bounds still to be written. */
export function blank(shape: readonly number[]): Interval {
  const size = sizeOf(shape);
  return { shape: [...shape], lo: new Float64Array(size), hi: new Float64Array(size) };
}

/** Nothing known: what follows a NaN weight or a possible overflow. */
export function unbounded(shape: readonly number[]): Interval {
  const interval = blank(shape);
  interval.lo.fill(Number.NEGATIVE_INFINITY);
  interval.hi.fill(Number.POSITIVE_INFINITY);
  return interval;
}

/** Unit roundoff of float32. */
const u = 2 ** -24;
const smallestNormal = 2 ** -126;
const largest = 3.4028234663852886e38;

/**
 * How far float32 arithmetic may be from exact arithmetic after `operations` roundings of terms whose absolute values add
 * up to `magnitude`: in any order, fused or not, results below the normal range kept or flushed to 0.
 *
 * `γ_k · magnitude` with `γ_k = k u / (1 − k u)` bounds the error of any order of summation (Higham, Accuracy and
 * Stability of Numerical Algorithms, §4.2); `k` is twice the count, which also covers the float64 arithmetic here.
 * Terms that are all exactly 0 leave no error.
 */
export function roundingError(magnitude: number, operations: number): number {
  if (magnitude === 0) return 0;
  return errorOf(magnitude, 2 * operations + 8);
}

/** The same for a count of roundings that allows for everything already. */
export function errorOf(magnitude: number, roundings: number): number {
  if (magnitude === 0) return 0;
  const k = roundings;
  const gamma = k * u < 1 ? (k * u) / (1 - k * u) : Number.POSITIVE_INFINITY;
  return gamma * magnitude + k * smallestNormal;
}

/** Writes `[lo, hi]` widened by `error` as the bounds of element `i`, or none at all where float32 might overflow. */
export function writeWidened(to: Interval, i: number, lo: number, hi: number, error: number, magnitude: number): void {
  const safe = magnitude + error < largest;
  to.lo[i] = safe ? lo - error : Number.NEGATIVE_INFINITY;
  to.hi[i] = safe ? hi + error : Number.POSITIVE_INFINITY;
}

/** Writes the bounds of element `i` as float32 arithmetic may compute it (see {@link roundingError}). */
export function writeRounded(
  to: Interval,
  i: number,
  lo: number,
  hi: number,
  magnitude: number,
  operations: number,
): void {
  writeWidened(to, i, lo, hi, roundingError(magnitude, operations), magnitude);
}

/** The largest absolute value of element `i`. */
export const magnitudeOf = ({ lo, hi }: Interval, i: number): number => Math.max(Math.abs(lo[i]!), Math.abs(hi[i]!));

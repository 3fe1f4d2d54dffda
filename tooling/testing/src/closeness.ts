import type { Tensor } from '@tensorflow/tfjs-core';

type Numbers = ArrayLike<number>;

/** |actual − expected| / |expected|; 0 where both are the same value (NaN and infinities included). */
export function relativeError(actual: number, expected: number): number {
  if (Object.is(actual, expected) || actual === expected) return 0;
  if (!Number.isFinite(actual) || !Number.isFinite(expected)) return Number.POSITIVE_INFINITY;
  return expected === 0 ? Number.POSITIVE_INFINITY : Math.abs(actual - expected) / Math.abs(expected);
}

/** The largest |actual − expected| over the largest |expected|: the usual measure for sums of many products. */
export function maxRelativeToLargest(actual: Numbers, expected: Numbers): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let difference = 0;
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    const [a, e] = [actual[i]!, expected[i]!];
    if (Object.is(a, e)) continue;
    if (!Number.isFinite(a) || !Number.isFinite(e)) return Number.POSITIVE_INFINITY;
    difference = Math.max(difference, Math.abs(a - e));
    largest = Math.max(largest, Math.abs(e));
  }
  return difference === 0 ? 0 : difference / Math.max(largest, Number.MIN_VALUE);
}

/**
 * Throws unless every value is within `relative` of its expected value or within `absolute` of it (0 unless given).
 * NaN equals NaN and an infinity equals itself.
 */
export function expectTensorClose(
  actual: Tensor | Numbers,
  expected: Tensor | Numbers,
  tolerance: { relative: number; absolute?: number },
): void {
  const values = (x: Tensor | Numbers): Numbers => ('dataSync' in x ? x.dataSync() : x);
  const [a, e] = [values(actual), values(expected)];
  if (a.length !== e.length) throw new Error(`Expected ${e.length} values, received ${a.length}.`);
  const { relative, absolute = 0 } = tolerance;
  for (let i = 0; i < e.length; i++) {
    if (relativeError(a[i]!, e[i]!) <= relative || Math.abs(a[i]! - e[i]!) <= absolute) continue;
    throw new Error(
      `Value ${i}: expected ${e[i]}, received ${a[i]} (relative error ${relativeError(a[i]!, e[i]!)}, allowed ${relative}; absolute allowed ${absolute}).`,
    );
  }
}

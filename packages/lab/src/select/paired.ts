import { meanInterval, studentCdf } from '../stats/student';

/** How much better one is than another on the same seeds. */
export interface Difference {
  /** Seeds that both have. */
  seeds: number;
  mean: number;
  /** Ends of the 95 % confidence interval. */
  low: number;
  high: number;
  /** P(the true difference is above 0), one-sided, by Student's t of the pairs. */
  confidence: number;
}

/** The mean of `a[i] − b[i]` with how sure its sign is; what a seed does to both cancels out. */
export function pairedDifference(a: readonly number[], b: readonly number[]): Difference {
  const seeds = Math.min(a.length, b.length);
  const gaps = Array.from({ length: seeds }, (_, i) => a[i]! - b[i]!);
  const { mean, low, high } = meanInterval(gaps);
  if (seeds < 2) return { seeds, mean, low, high, confidence: 0.5 };
  const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / (seeds - 1);
  const t = mean === 0 ? 0 : mean / Math.sqrt(variance / seeds);
  return { seeds, mean, low, high, confidence: studentCdf(t, seeds - 1) };
}

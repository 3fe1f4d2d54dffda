/**
 * P(T ≤ t) of Student's distribution with a whole number of degrees of freedom, by its finite series.
 *
 * @see Abramowitz, Stegun 1964, 26.7.3 and 26.7.4
 */
export function studentCdf(t: number, degrees: number): number {
  if (t === 0) return 0.5;
  if (!Number.isFinite(t)) return Number.isNaN(t) ? Number.NaN : t > 0 ? 1 : 0;
  const theta = Math.atan(Math.abs(t) / Math.sqrt(degrees));
  const [sin, cos] = [Math.sin(theta), Math.cos(theta)];
  const odd = degrees % 2 === 1;
  let term = odd ? cos : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let k = odd ? 2 : 1; k <= degrees - 3; k += 2) {
    term *= (k / (k + 1)) * cos * cos;
    sum += term;
  }
  // P(|T| ≤ |t|)
  const within = odd ? (2 / Math.PI) * (theta + sin * sum) : sin * sum;
  return t > 0 ? 0.5 + within / 2 : 0.5 - within / 2;
}

/** The t for which P(T ≤ t) = p, by bisection. */
export function studentQuantile(p: number, degrees: number): number {
  if (p === 0.5) return 0;
  if (p < 0.5) return -studentQuantile(1 - p, degrees);
  let [low, high] = [0, 1];
  while (studentCdf(high, degrees) < p) high *= 2;
  for (let i = 0; i < 100 && high - low > 1e-14 * high; i++) {
    const middle = (low + high) / 2;
    if (studentCdf(middle, degrees) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** A mean and its confidence interval. */
export interface Interval {
  count: number;
  mean: number;
  /** Ends of the interval; infinite for one value alone. */
  low: number;
  high: number;
}

/**
 * The mean of independent values with its confidence interval: mean ± t s / √n, Student's t with n − 1 degrees of freedom.
 *
 * @param confidence between 0 and 1; 0.95 unless given
 * @returns the interval, infinite for one value alone
 */
export function meanInterval(values: readonly number[], confidence = 0.95): Interval {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  if (count < 2) return { count, mean, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1);
  const half = studentQuantile((1 + confidence) / 2, count - 1) * Math.sqrt(variance / count);
  return { count, mean, low: mean - half, high: mean + half };
}

/**
 * The standard normal distribution function Φ(x), relative error below 1e-12 in both tails.
 * The series converges fast near 0, Laplace's continued fraction far from it.
 */
export function normalCdf(x: number): number {
  if (Number.isNaN(x)) return x;
  const size = Math.abs(x);
  const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  if (size < 3) {
    // Φ(x) = 1/2 + φ(x) (x + x³/3 + x⁵/15 + …): all terms of one sign.
    let term = size;
    let sum = size;
    for (let n = 3; term > sum * 1e-17; n += 2) {
      term *= (size * size) / n;
      sum += term;
    }
    return x < 0 ? 0.5 - density * sum : 0.5 + density * sum;
  }
  let tail = size;
  for (let n = 120; n >= 1; n--) tail = size + n / tail;
  const upper = Number.isFinite(size) ? density / tail : 0;
  return x < 0 ? upper : 1 - upper;
}

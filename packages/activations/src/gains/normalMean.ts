/** Nodes and weights of the Gauss–Legendre rule with 20 points on [−1, 1], by Newton's method on the polynomial. */
function gaussLegendre(points: number): [node: number, weight: number][] {
  return Array.from({ length: points }, (_, i) => {
    let x = Math.cos((Math.PI * (i + 0.75)) / (points + 0.5));
    let slope = 1;
    for (let step = 0; step < 50; step++) {
      let [before, value] = [1, x];
      for (let k = 2; k <= points; k++) [before, value] = [value, ((2 * k - 1) * x * value - (k - 1) * before) / k];
      slope = (points * (x * value - before)) / (x * x - 1);
      x -= value / slope;
    }
    return [x, 2 / ((1 - x * x) * slope * slope)];
  });
}

const reach = 14;

/**
 * E g(z) over z ~ N(0, 1), by Gauss–Legendre on pieces of half a unit that end where g jumps or bends: to float64 rounding
 * for what is smooth between.
 */
export function normalMean(g: (z: number) => number, breaks: readonly number[]): number {
  const rule = gaussLegendre(20);
  const inner = breaks.filter((at) => Math.abs(at) < reach);
  const grid = Array.from({ length: 4 * reach + 1 }, (_, i) => i / 2 - reach);
  const ends = [...new Set([...grid, ...inner])].sort((a, b) => a - b);
  let sum = 0;
  for (let i = 1; i < ends.length; i++) {
    const [middle, half] = [(ends[i]! + ends[i - 1]!) / 2, (ends[i]! - ends[i - 1]!) / 2];
    for (const [node, weight] of rule) {
      const z = middle + half * node;
      sum += weight * half * g(z) * Math.exp((-z * z) / 2);
    }
  }
  return sum / Math.sqrt(2 * Math.PI);
}

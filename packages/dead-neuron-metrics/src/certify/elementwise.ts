import { blank, type Interval, magnitudeOf, sizeOf, unbounded, writeRounded } from './interval';

export type MergeKind = 'add' | 'average' | 'multiply' | 'maximum' | 'minimum';

const known = ({ lo, hi }: Interval, i: number): boolean => Number.isFinite(lo[i]) && Number.isFinite(hi[i]);

/** Bounds of an elementwise combination of intervals of one shape. */
export function merged(xs: readonly Interval[], kind: MergeKind): Interval {
  const output = blank(xs[0]!.shape);
  for (let i = 0; i < output.lo.length; i++) {
    if (!xs.every((x) => known(x, i))) {
      output.lo[i] = Number.NEGATIVE_INFINITY;
      output.hi[i] = Number.POSITIVE_INFINITY;
      continue;
    }
    const lows = xs.map((x) => x.lo[i]!);
    const highs = xs.map((x) => x.hi[i]!);
    if (kind === 'maximum' || kind === 'minimum') {
      const choose = kind === 'maximum' ? Math.max : Math.min;
      output.lo[i] = choose(...lows);
      output.hi[i] = choose(...highs);
    } else if (kind === 'multiply') {
      let [lo, hi] = [1, 1];
      for (const [k, low] of lows.entries()) {
        const products = [lo * low, lo * highs[k]!, hi * low, hi * highs[k]!];
        [lo, hi] = [Math.min(...products), Math.max(...products)];
      }
      writeRounded(
        output,
        i,
        lo,
        hi,
        xs.reduce((product, x) => product * magnitudeOf(x, i), 1),
        xs.length,
      );
    } else {
      const n = kind === 'average' ? xs.length : 1;
      const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
      const magnitude = xs.reduce((total, x) => total + magnitudeOf(x, i), 0);
      // One term that is not 0 is passed on exactly.
      const exact = kind === 'add' && xs.filter((x) => magnitudeOf(x, i) !== 0).length <= 1;
      writeRounded(output, i, sum(lows) / n, sum(highs) / n, exact ? 0 : magnitude, xs.length + 1);
    }
  }
  return output;
}

/** Bounds of `(x − mean) · gamma / √(variance + epsilon) + beta`, however a backend arranges it. */
export function batchNormalized(
  x: Interval,
  options: {
    axis: number;
    mean: Float32Array;
    variance: Float32Array;
    gamma: Float32Array | null;
    beta: Float32Array | null;
    epsilon: number;
  },
): Interval {
  const { axis, mean, variance, gamma, beta, epsilon } = options;
  const inner = sizeOf(x.shape.slice(axis + 1));
  const channels = x.shape[axis]!;
  const output = blank(x.shape);
  for (let i = 0; i < output.lo.length; i++) {
    const c = Math.floor(i / inner) % channels;
    const spread = variance[c]! + epsilon;
    // Not a number for a negative variance; and no bound holds for one that float32 may lose.
    const slope = (gamma ? gamma[c]! : 1) / (spread > 1e-30 ? Math.sqrt(spread) : Number.NaN);
    const shift = beta ? beta[c]! : 0;
    const [a, b] = [(x.lo[i]! - mean[c]!) * slope, (x.hi[i]! - mean[c]!) * slope];
    const magnitude = (magnitudeOf(x, i) + Math.abs(mean[c]!)) * Math.abs(slope) + Math.abs(shift);
    writeRounded(output, i, Math.min(a, b) + shift, Math.max(a, b) + shift, magnitude, 12);
  }
  return output;
}

/** Bounds of `x · scale + offset`. */
export function rescaled(x: Interval, scale: number, offset: number): Interval {
  const output = blank(x.shape);
  for (let i = 0; i < output.lo.length; i++) {
    const [a, b] = [x.lo[i]! * scale, x.hi[i]! * scale];
    const magnitude = magnitudeOf(x, i) * Math.abs(scale);
    const total = magnitude === 0 && offset === 0 ? 0 : magnitude + Math.abs(offset);
    writeRounded(output, i, Math.min(a, b) + offset, Math.max(a, b) + offset, total, 3);
  }
  return output;
}

/** Bounds of softmax (or its logarithm) over the last axis. */
export function softmaxed(x: Interval, logarithm: boolean): Interval {
  const output = blank(x.shape);
  const n = x.shape.at(-1)!;
  for (let row = 0; row < output.lo.length; row += n) {
    let highest = Number.NEGATIVE_INFINITY;
    for (let i = row; i < row + n; i++) highest = Math.max(highest, known(x, i) ? x.hi[i]! : Number.POSITIVE_INFINITY);
    if (!Number.isFinite(highest)) return unbounded(x.shape);
    for (let i = row; i < row + n; i++) {
      const low = x.lo[i]! - highest - Math.log(n);
      output.lo[i] = logarithm ? low - 1e-5 * (1 + Math.abs(low)) : 0;
      output.hi[i] = logarithm ? 1e-5 : 1 + 1e-5;
    }
  }
  return output;
}

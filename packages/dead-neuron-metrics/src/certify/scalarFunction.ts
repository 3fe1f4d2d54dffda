/** What certification must know of one activation function. */
export interface ScalarFunction {
  readonly name: string;
  /** Bounds of `f` on `[lo, hi]`, widened by what float32 evaluation may add. */
  range(lo: number, hi: number): [number, number];
  /** Whether all of `[lo, hi]` is dead (|f'| ≤ ε), all of it alive, or neither is certain. */
  life(lo: number, hi: number): 'dead' | 'alive' | 'mixed';
  /** Whether |f'(z)| > ε beyond doubt. */
  firesAt(z: number): boolean;
  /** Where to look for life: a search drives z there. */
  readonly target: number;
}

type Fn = (z: number) => number;

const finite = (lo: number, hi: number): boolean => Number.isFinite(lo) && Number.isFinite(hi);

/** The least and the greatest of values, NaN if any is NaN. */
const hull = (values: readonly number[]): [number, number] => [Math.min(...values), Math.max(...values)];

/** Float32 evaluation of exp, tanh, erf and their products stays within this of the true value (tfjs's erf: 1.5e-7). */
function widened([lo, hi]: [number, number], z: number): [number, number] {
  const slack = 1e-6 + 4e-6 * Math.max(Math.abs(lo), Math.abs(hi), Math.abs(z));
  return [lo - slack, hi + slack];
}

/** A function made of straight pieces; ε = 0. */
export function piecewiseLinear(options: {
  name: string;
  f: Fn;
  /** Where slopes change, ascending. */
  breaks: readonly number[];
  /** One more than `breaks`. */
  slopes: readonly number[];
  /** The slope that counts at each break; null where conventions differ. */
  atBreaks: readonly (number | null)[];
  /** Further values that f takes near a break (jumps). */
  jumps?: readonly { at: number; values: readonly number[] }[];
  /** Whether float32 computes f without rounding. */
  exact: boolean;
  target?: number;
}): ScalarFunction {
  const { name, f, breaks, slopes, atBreaks, jumps = [], exact, target = Number.POSITIVE_INFINITY } = options;
  const edges = [Number.NEGATIVE_INFINITY, ...breaks, Number.POSITIVE_INFINITY];

  /** Every slope that occurs on [lo, hi]. */
  const slopesOn = (lo: number, hi: number): (number | null)[] => [
    ...slopes.filter((_, i) => lo < edges[i + 1]! && hi > edges[i]!),
    ...atBreaks.filter((_, i) => lo <= breaks[i]! && breaks[i]! <= hi),
  ];
  return {
    name,
    target,
    range(lo, hi) {
      if (!finite(lo, hi)) return [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
      const inside = breaks.filter((b) => lo <= b && b <= hi);
      const near = jumps.filter(({ at }) => lo <= at && at <= hi).flatMap(({ values }) => values);
      const bounds = hull([f(lo), f(hi), ...inside.map(f), ...near]);
      return exact ? bounds : widenedRelative(bounds);
    },
    life(lo, hi) {
      if (!finite(lo, hi)) return 'mixed';
      const found = slopesOn(lo, hi);
      if (found.every((slope) => slope === 0)) return 'dead';
      return found.every((slope) => slope !== null && slope !== 0) ? 'alive' : 'mixed';
    },
    firesAt: (z) => Number.isFinite(z) && slopesOn(z, z).every((slope) => slope !== null && slope !== 0),
  };
}

/** A few roundings of products and sums of a straight piece: exact at 0. */
function widenedRelative([lo, hi]: [number, number]): [number, number] {
  return [lo - 4e-6 * Math.abs(lo), hi + 4e-6 * Math.abs(hi)];
}

/** A point at which a function has an extremum or a kink, and the values next to it. */
export interface Extremum {
  at: number;
  values: readonly number[];
}

/** A function with a curve in it; ε = 1e-3, with a margin of 0.1 % on either side for the float32 derivative. */
export function smooth(options: {
  name: string;
  f: Fn;
  derivative: Fn;
  /** Where f is not monotone. */
  extrema?: readonly number[];
  /** Where f' is not monotone, jumps included. */
  derivativeExtrema: readonly Extremum[];
  /** Whether f' is exactly 0 in parts, where ε = 0 may be meant: then only 0 is dead. */
  epsilon?: number;
  target?: number;
}): ScalarFunction {
  const { name, f, derivative, extrema = [], derivativeExtrema, epsilon = 1e-3 } = options;
  const absRange = (lo: number, hi: number): [number, number] => {
    const inside = derivativeExtrema.filter(({ at }) => lo <= at && at <= hi).flatMap(({ values }) => values);
    const [least, greatest] = hull([derivative(lo), derivative(hi), ...inside]);
    if (least <= 0 && greatest >= 0) return [0, Math.max(-least, greatest)];
    return [Math.min(Math.abs(least), Math.abs(greatest)), Math.max(Math.abs(least), Math.abs(greatest))];
  };
  return {
    name,
    target: options.target ?? Number.POSITIVE_INFINITY,
    range(lo, hi) {
      // Far out, squares and cubes inside of f may overflow in float32.
      if (!(lo > -1e12 && hi < 1e12)) return [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
      const inside = extrema.filter((at) => lo <= at && at <= hi);
      return widened(hull([f(lo), f(hi), ...inside.map(f)]), Math.max(Math.abs(lo), Math.abs(hi)));
    },
    life(lo, hi) {
      if (!finite(lo, hi)) return 'mixed';
      const [least, greatest] = absRange(lo, hi);
      if (greatest <= epsilon * 0.999) return 'dead';
      return least >= 1e-3 * 1.001 ? 'alive' : 'mixed';
    },
    firesAt: (z) => Number.isFinite(z) && Math.abs(derivative(z)) >= 1e-3 * 1.001,
  };
}

import { blank, type Interval, sizeOf } from './interval';

/** The same elements under another shape. */
export const reshaped = (x: Interval, shape: readonly number[]): Interval => ({ ...x, shape: [...shape] });

/** An interval of `shape` whose element at an index is that of `x` at `source(index)`, or 0 where that is undefined. */
export function gathered(
  x: Interval,
  shape: readonly number[],
  source: (index: readonly number[]) => readonly number[] | undefined,
): Interval {
  const output = blank(shape);
  const strides = x.shape.map((_, axis) => sizeOf(x.shape.slice(axis + 1)));
  const index = new Array<number>(shape.length).fill(0);
  for (let i = 0; i < output.lo.length; i++) {
    const from = source(index);
    if (from) {
      const j = from.reduce((sum, k, axis) => sum + k * strides[axis]!, 0);
      output.lo[i] = x.lo[j]!;
      output.hi[i] = x.hi[j]!;
    }
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis]! === shape[axis]; axis--) index[axis] = 0;
  }
  return output;
}

/** Intervals side by side along `axis`. */
export function concatenated(xs: readonly Interval[], shape: readonly number[], axis: number): Interval {
  const output = blank(shape);
  const inner = sizeOf(shape.slice(axis + 1));
  const outer = sizeOf(shape.slice(0, axis));
  let offset = 0;
  for (const x of xs) {
    const run = x.shape[axis]! * inner;
    for (let o = 0; o < outer; o++) {
      const to = o * shape[axis]! * inner + offset;
      output.lo.set(x.lo.subarray(o * run, (o + 1) * run), to);
      output.hi.set(x.hi.subarray(o * run, (o + 1) * run), to);
    }
    offset += run;
  }
  return output;
}

import type { Random } from '@relumine/core';
import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import type { Interval } from './interval';

/** A point of the box, one flat array for each input of the model. */
export type Point = Float32Array[];

/** `x` as a float32 number inside the box. */
function clipped(x: number, low: number, high: number): number {
  const rounded = Math.fround(x);
  return rounded < low ? Math.fround(low) : rounded > high ? Math.fround(high) : rounded;
}

/** The middle first, then both corners, then by turns corners drawn at random and points drawn evenly. */
export function pointOf(box: readonly Interval[], i: number, random: Random): Point {
  return box.map(({ lo, hi }) =>
    Float32Array.from(lo, (low, j) => {
      const kind = i === 0 ? 0.5 : i === 1 ? 0 : i === 2 ? 1 : random.uniform();
      const share = i > 2 && i % 2 === 1 ? Math.round(kind) : kind;
      return clipped(low + share * (hi[j]! - low), low, hi[j]!);
    }),
  );
}

/** The points as the model's inputs, `[batch, ...shape]` each; the caller owns them. */
export function tensorsOf(box: readonly Interval[], points: readonly Point[]): Tensor[] {
  return box.map(({ shape }, input) => {
    const values = new Float32Array(points.length * points[0]![input]!.length);
    for (const [i, point] of points.entries()) values.set(point[input]!, i * point[input]!.length);
    return tensor(values, [points.length, ...shape], 'float32');
  });
}

/** The reverse of `tensorsOf`. */
export async function pointsOf(inputs: readonly Tensor[], count: number): Promise<Point[]> {
  const values = await Promise.all(inputs.map((t) => t.data()));
  return Array.from({ length: count }, (_, b) =>
    values.map((v) => {
      const size = v.length / count;
      return Float32Array.from(v.slice(b * size, (b + 1) * size));
    }),
  );
}

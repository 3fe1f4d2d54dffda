import { forEachTap, type Window } from './convolve';
import { blank, type Interval, magnitudeOf, writeRounded } from './interval';

/** Bounds of a pooling layer. Padding takes no part in a maximum, and isn't counted by an average. */
export function pool(x: Interval, shape: readonly number[], window: Window, kind: 'max' | 'average'): Interval {
  const channels = shape.at(-1)!;
  const output = blank(shape);
  for (let y = 0; y < window.output[0]; y++) {
    for (let column = 0; column < window.output[1]; column++) {
      const pixels: number[] = [];
      forEachTap(window, y, column, (_, pixel) => pixels.push(pixel));
      for (let c = 0; c < channels; c++) {
        const from = pixels.map((pixel) => pixel * channels + c);
        writePooled(x, from, output, (y * window.output[1] + column) * channels + c, kind);
      }
    }
  }
  return output;
}

function writePooled(x: Interval, from: readonly number[], to: Interval, i: number, kind: 'max' | 'average'): void {
  let [lo, hi] = kind === 'max' ? [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY] : [0, 0];
  let magnitude = 0;
  let unknown = false;
  for (const j of from) {
    if (!Number.isFinite(x.lo[j]) || !Number.isFinite(x.hi[j])) unknown = true;
    lo = kind === 'max' ? Math.max(lo, x.lo[j]!) : lo + x.lo[j]!;
    hi = kind === 'max' ? Math.max(hi, x.hi[j]!) : hi + x.hi[j]!;
    magnitude += magnitudeOf(x, j);
  }
  if (unknown) {
    to.lo[i] = Number.NEGATIVE_INFINITY;
    to.hi[i] = Number.POSITIVE_INFINITY;
  } else if (kind === 'max') {
    to.lo[i] = lo;
    to.hi[i] = hi;
  } else {
    // The sum must not overflow before it is divided.
    const n = from.length;
    if (magnitude < 3e38) writeRounded(to, i, lo / n, hi / n, magnitude / n, n + 2);
    else writeRounded(to, i, lo, hi, magnitude, n + 2);
  }
}

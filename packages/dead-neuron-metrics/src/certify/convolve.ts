import { blank, type Interval, roundingError, unbounded, writeWidened } from './interval';
import { winogradErrors } from './winograd';

/** A two-dimensional sliding window. A dense layer is the window of one position on an image of one pixel. */
export interface Window {
  input: readonly [height: number, width: number];
  output: readonly [height: number, width: number];
  kernel: readonly [height: number, width: number];
  strides: readonly [number, number];
  dilation: readonly [number, number];
  /** Rows above and columns to the left that padding adds. */
  before: readonly [number, number];
}

const allFinite = (values: ArrayLike<number>): boolean => {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false;
  return true;
};

/** Calls `tap` with the offsets of the kernel and the input pixel of every tap that lies inside the input. */
export function forEachTap(w: Window, y: number, x: number, tap: (kernel: number, pixel: number) => void): void {
  for (let ky = 0; ky < w.kernel[0]; ky++) {
    const iy = y * w.strides[0] + ky * w.dilation[0] - w.before[0];
    if (iy < 0 || iy >= w.input[0]) continue;
    for (let kx = 0; kx < w.kernel[1]; kx++) {
      const ix = x * w.strides[1] + kx * w.dilation[1] - w.before[1];
      if (ix >= 0 && ix < w.input[1]) tap(ky * w.kernel[1] + kx, iy * w.input[1] + ix);
    }
  }
}

/** Midpoint and radius of every element: `w · [m ± r] = w m ± |w| r` needs no case for the sign of `w`. */
function midpoints({ lo, hi }: Interval): { middle: Float64Array; radius: Float64Array } {
  const middle = new Float64Array(lo.length);
  const radius = new Float64Array(lo.length);
  for (let i = 0; i < lo.length; i++) {
    middle[i] = lo[i]! / 2 + hi[i]! / 2;
    radius[i] = hi[i]! / 2 - lo[i]! / 2;
  }
  return { middle, radius };
}

/**
 * Bounds of `bias + conv(x, kernel)` for a kernel `[kh, kw, inputs, outputs]`, or, where `depthwise`,
 * `[kh, kw, channels, multiplier]`.
 */
export function convolve(
  x: Interval,
  shape: readonly number[],
  kernel: Float32Array,
  bias: Float32Array | null,
  window: Window,
  depthwise = false,
): Interval {
  const channels = shape.at(-1)!;
  const inputs = x.shape.at(-1)!;
  // A NaN or infinite weight makes 0 · w a NaN, on every backend that doesn't skip zeros.
  if (!allFinite(kernel) || (bias && !allFinite(bias))) return unbounded(shape);
  const { middle, radius } = midpoints(x);
  const size = kernel.map(Math.abs);
  const terms = window.kernel[0] * window.kernel[1] * (depthwise ? 1 : inputs) + 1;
  const perTap = depthwise ? channels : inputs * channels;
  const multiplier = depthwise ? channels / inputs : channels;

  const transformed = depthwise ? undefined : winogradErrors(x, kernel, channels, window);

  const signs = transformed ? undefined : termSigns(x, kernel, channels, depthwise);

  const output = blank(shape);
  const [sum, spread, total] = [new Float64Array(channels), new Float64Array(channels), new Float64Array(channels)];
  for (let y = 0; y < window.output[0]; y++) {
    for (let column = 0; column < window.output[1]; column++) {
      for (const accumulator of [sum, spread, total]) accumulator.fill(0);
      forEachTap(window, y, column, (tap, pixel) => {
        for (let c = 0; c < inputs; c++) {
          const m = middle[pixel * inputs + c]!;
          const r = radius[pixel * inputs + c]!;
          if (m === 0 && r === 0) continue;
          const a = Math.abs(m);
          const from = tap * perTap + c * multiplier;
          const to = depthwise ? c * multiplier : 0;
          for (let o = 0; o < multiplier; o++) {
            const w = size[from + o]!;
            sum[to + o]! += kernel[from + o]! * m;
            spread[to + o]! += w * r;
            total[to + o]! += w * a;
          }
        }
      });
      const at = (y * window.output[1] + column) * channels;
      for (let c = 0; c < channels; c++) {
        const b = bias ? bias[c]! : 0;
        const products = total[c]! + spread[c]!;
        const magnitude = products === 0 ? 0 : products + Math.abs(b);
        const error = roundingError(magnitude, terms) + (transformed ? transformed[c]! : 0);
        const [low, high] = [sum[c]! - spread[c]! + b, sum[c]! + spread[c]! + b];
        writeWidened(output, at + c, low, high, error, magnitude);
        // Rounding is monotone: a sum of terms of one sign keeps it.
        if (signs?.[c] === -1 && b <= 0) output.hi[at + c] = Math.min(0, output.hi[at + c]!);
        if (signs?.[c] === 1 && b >= 0) output.lo[at + c] = Math.max(0, output.lo[at + c]!);
      }
    }
  }
  return output;
}

/** Per output channel, the sign that all products share (1 or −1, 0 where they differ), for inputs that are ≥ 0. */
function termSigns(x: Interval, kernel: Float32Array, channels: number, depthwise: boolean): Int8Array | undefined {
  if (x.lo.some((low) => !(low >= 0)) || x.hi.some((high) => !Number.isFinite(high))) return undefined;
  const inputs = x.shape.at(-1)!;
  const live = new Uint8Array(inputs);
  for (let i = 0; i < x.hi.length; i++) if (x.hi[i]! > 0) live[i % inputs] = 1;
  const positive = new Uint8Array(channels);
  const negative = new Uint8Array(channels);
  for (let i = 0; i < kernel.length; i++) {
    const o = i % channels;
    const input = depthwise ? Math.floor(o / (channels / inputs)) : Math.floor(i / channels) % inputs;
    if (live[input] === 0) continue;
    if (kernel[i]! > 0) positive[o] = 1;
    if (kernel[i]! < 0) negative[o] = 1;
  }
  return Int8Array.from(positive, (isPositive, o) => (isPositive && negative[o] ? 0 : isPositive ? 1 : -1));
}

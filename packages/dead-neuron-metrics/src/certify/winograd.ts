import type { Window } from './convolve';
import { errorOf, type Interval, magnitudeOf } from './interval';

/**
 * How much a tap weighs, along one axis, in the intermediate sums of Winograd's F(4 × 4, size × size):
 * `max_i Σ_u |A|_iu |G|_ut Σ_s |B|_us`, with the transforms of Lavin & Gray (at 0, ±1, ±2 and ∞ for 3 taps, at ±½ too for
 * 5). The sums outgrow the result; so do their rounding errors, and they mix in pixels that the result doesn't depend on.
 *
 * `roundings`: in the transforms of the input, the kernel (its constants are rounded, too) and the output.
 */
const transforms: Readonly<Record<number, { weights: readonly number[]; roundings: number }>> = {
  3: { weights: [22 / 3, 34 / 3, 88 / 3], roundings: 6 + 8 + 6 },
  5: { weights: [356 / 9, 149 / 9, 104 / 9, 149 / 9, 356 / 9], roundings: 8 + 10 + 8 },
};

/**
 * Error bounds, per output channel, for a backend that computes 3 × 3 and 5 × 5 convolutions by Winograd's
 * F(4 × 4, size × size), as Relumine's own kernels do; undefined for other convolutions. Fewer than 8 channels are never
 * worth the transforms.
 *
 * @see Lavin & Gray, Fast Algorithms for Convolutional Neural Networks, https://arxiv.org/abs/1509.09308
 */
export function winogradErrors(
  x: Interval,
  kernel: Float32Array,
  channels: number,
  { kernel: [height, width], strides, dilation }: Window,
): Float64Array | undefined {
  const inputs = x.shape.at(-1)!;
  const plain = [...strides, ...dilation].every((n) => n === 1);
  const transform = height === width ? transforms[height] : undefined;
  if (transform === undefined || !plain || inputs < 8 || channels < 8) return undefined;
  const { weights, roundings } = transform;
  const largest = new Float64Array(inputs);
  for (let i = 0; i < x.lo.length; i++) largest[i % inputs] = Math.max(largest[i % inputs]!, magnitudeOf(x, i));
  const total = new Float64Array(channels);
  for (let tap = 0; tap < height * width; tap++) {
    const weight = weights[Math.floor(tap / width)]! * weights[tap % width]!;
    for (let c = 0; c < inputs; c++) {
      const scale = weight * largest[c]!;
      const from = (tap * inputs + c) * channels;
      for (let o = 0; o < channels; o++) total[o]! += Math.abs(kernel[from + o]!) * scale;
    }
  }
  // And one rounding for each product and sum; four to spare.
  const steps = inputs + roundings + 4;
  return total.map((magnitude) => (magnitude < 1e38 ? errorOf(magnitude, steps) : Number.POSITIVE_INFINITY));
}

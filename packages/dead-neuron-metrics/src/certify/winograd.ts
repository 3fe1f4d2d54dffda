import type { Window } from './convolve';
import { errorOf, type Interval, magnitudeOf } from './interval';

/**
 * How much a tap of a 3 × 3 kernel weighs, along one axis, in the intermediate sums of Winograd's F(4 × 4, 3 × 3):
 * `max_i Σ_u |A|_iu |G|_ut Σ_s |B|_us`, with the transforms of Lavin & Gray. The sums outgrow the result; so do their
 * rounding errors, and they mix in pixels that the result doesn't depend on.
 */
const tapWeights = [22 / 3, 34 / 3, 88 / 3] as const;

/**
 * Error bounds, per output channel, for a backend that computes 3 × 3 convolutions by Winograd's F(4 × 4, 3 × 3), as
 * Relumine's own kernels do; undefined for other convolutions. Fewer than 8 channels are never worth the transforms.
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
  if (height !== 3 || width !== 3 || !plain || inputs < 8 || channels < 8) return undefined;
  const largest = new Float64Array(inputs);
  for (let i = 0; i < x.lo.length; i++) largest[i % inputs] = Math.max(largest[i % inputs]!, magnitudeOf(x, i));
  const total = new Float64Array(channels);
  for (let tap = 0; tap < 9; tap++) {
    const weight = tapWeights[Math.floor(tap / 3)]! * tapWeights[tap % 3]!;
    for (let c = 0; c < inputs; c++) {
      const scale = weight * largest[c]!;
      const from = (tap * inputs + c) * channels;
      for (let o = 0; o < channels; o++) total[o]! += Math.abs(kernel[from + o]!) * scale;
    }
  }
  // 6 roundings in the input's transform, 8 in the kernel's (its constants are rounded, too), 6 in the output's, and one
  // for each product and sum.
  return total.map((magnitude) => (magnitude < 1e38 ? errorOf(magnitude, inputs + 24) : Number.POSITIVE_INFINITY));
}

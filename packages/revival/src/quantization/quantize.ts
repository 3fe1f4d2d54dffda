import { describe, invalidArgument, requireFloat32Tensor } from '@relumine/core';
import { type Tensor, tensor } from '@tensorflow/tfjs-core';

/** One scale for the whole tensor, or one for each channel (last axis). */
export type Granularity = 'tensor' | 'channel';

/** How numbers are quantised. */
export interface QuantizationOptions {
  /** Bits per value, 2 to 16. */
  bits: number;
  granularity: Granularity;
  /** `signed` values use −(2^(b−1) − 1) … 2^(b−1) − 1, as weights do; unsigned ones 0 … 2^b − 1, as ReLU's outputs do. */
  signed: boolean;
}

const where = 'revival/fakeQuantize';

/** Throws unless the bits and granularity are known ones. */
export function requireQuantization(place: string, bits: unknown, granularity: unknown, argument = 'bits'): void {
  if (!Number.isInteger(bits) || (bits as number) < 2 || (bits as number) > 16)
    throw invalidArgument({
      where: place,
      argument,
      rule: 'must be an integer from 2 to 16',
      received: describe(bits),
    });
  if (granularity !== 'tensor' && granularity !== 'channel')
    throw invalidArgument({
      where: place,
      argument: 'granularity',
      rule: "must be 'tensor' or 'channel'",
      received: describe(granularity),
    });
}

/** Rounds half away from zero, as quantisers do. */
const roundHalfAway = (x: number): number => Math.sign(x) * Math.round(Math.abs(x));

/**
 * Values after quantisation and dequantisation, in place: `scale · clamp(round(x / scale))` with `scale = max|x| / levels`.
 * An all-zero channel keeps scale 0 and stays zero (no 0/0). A value whose magnitude is below half a scale becomes 0.
 *
 * @param values row-major, channels last
 * @see Jacob et al. 2018, https://arxiv.org/abs/1712.05877
 */
export function fakeQuantizeValues(values: Float32Array, channels: number, options: QuantizationOptions): Float32Array {
  const { bits, granularity, signed } = options;
  const levels = signed ? 2 ** (bits - 1) - 1 : 2 ** bits - 1;
  const largest = new Float64Array(granularity === 'channel' ? channels : 1);
  const groups = largest.length;
  for (let i = 0; i < values.length; i++) {
    const magnitude = signed ? Math.abs(values[i]!) : values[i]!;
    if (magnitude > largest[i % groups]!) largest[i % groups] = magnitude;
  }
  return values.map((value, i) => {
    const scale = largest[i % groups]! / levels;
    if (scale === 0) return Number.isNaN(value) ? value : 0;
    const level = roundHalfAway(value / scale);
    return scale * Math.min(levels, Math.max(signed ? -levels : 0, level));
  });
}

/**
 * A tensor as it is after quantisation to `bits` and back, symmetric around 0.
 *
 * @param x float32[…, channels]; borrowed
 * @returns float32 like x; the caller's
 * @throws TypeError for another dtype, RangeError for bits outside 2 … 16
 * @see Jacob et al. 2018, https://arxiv.org/abs/1712.05877
 */
export function fakeQuantize<T extends Tensor>(x: T, options: QuantizationOptions): T {
  requireFloat32Tensor(where, 'x', x);
  requireQuantization(where, options.bits, options.granularity);
  const values = fakeQuantizeValues(Float32Array.from(x.dataSync()), x.shape.at(-1) ?? 1, options);
  return tensor(values, x.shape, 'float32') as unknown as T;
}

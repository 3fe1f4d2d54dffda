import { abs, max, neg, reshape, sub, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';

/** The distance to life of each channel, `[batch, channels]`: the larger the nearer, whichever way life lies. */
export function score(z: Tensor, target: number): Tensor2D {
  const channels = z.shape.at(-1)!;
  const flat = reshape(z, [z.shape[0]!, -1, channels]);
  if (target === Number.POSITIVE_INFINITY) return max(flat, 1);
  if (target === Number.NEGATIVE_INFINITY) return max(neg(flat), 1);
  return max(neg(abs(sub(flat, target))), 1);
}

/** A z with this score. */
export function scored(value: number, target: number): number {
  if (Number.isFinite(target)) return target - value;
  return target > 0 ? value : -value;
}

import { createRandom, type Random } from '@relumine/core';
import { fansOf, type KernelShape, requireKernelShape } from './fans';

/** Options of `asymmetric`. */
export interface AsymmetricOptions {
  /** Decides the values. */
  seed: number;
}

/** Beta(2, 1): density 2x on [0, 1]. */
const betaTwoOne = (random: Random): number => Math.sqrt(random.uniform());

/**
 * Randomized asymmetric initialisation of a kernel and its bias: the fanIn + 1 values of each unit, its bias among them,
 * are drawn from N(0, 0.6007² / fanIn), and one of them, at random, from Beta(2, 1) instead, which is positive. Fewer ReLU
 * units of deep, narrow networks are born dead.
 *
 * @param shape of the kernel, [...spatial, in, out]
 * @returns float32 values of the kernel, row-major, and of the bias
 * @throws RangeError for a wrong shape
 * @see Lu, Shin, Su, Karniadakis 2019, Dying ReLU and Initialization, section 4
 */
export function asymmetricValues(
  shape: KernelShape,
  { seed }: AsymmetricOptions,
): { kernel: Float32Array; bias: Float32Array } {
  requireKernelShape('activations/asymmetricValues', shape);
  const random = createRandom(seed);
  const out = shape.at(-1)!;
  const { fanIn } = fansOf(shape);
  const deviation = 0.6007 / Math.sqrt(fanIn);
  const kernel = Float32Array.from({ length: fanIn * out }, () => deviation * random.normal());
  const bias = Float32Array.from({ length: out }, () => deviation * random.normal());
  for (let unit = 0; unit < out; unit++) {
    const one = random.integer(fanIn + 1);
    if (one < fanIn) kernel[one * out + unit] = betaTwoOne(random);
    else bias[unit] = betaTwoOne(random);
  }
  return { kernel, bias };
}

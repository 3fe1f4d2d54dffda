import { type ActivationName, createRandom, requireOneOf } from '@relumine/core';
import { gain } from '../gains/gain';
import type { ActivationParams } from '../shared/definition';
import { fansOf, type KernelShape, requireKernelShape } from './fans';

/** Options of the initialisers whose variance is scaled by the fans. */
export interface ScaledOptions {
  /** `'normal'` or `'uniform'`, of the same standard deviation; normal unless given. */
  distribution?: 'normal' | 'uniform';
  /** Decides the values: the same seed, the same weights, in Node and in browsers. */
  seed: number;
}

/** Options of `kaiming`. */
export interface KaimingOptions extends ScaledOptions {
  /** The activation that follows the kernel; relu unless given. */
  activation?: ActivationName;
  params?: ActivationParams;
  /** `'fanIn'` keeps the size of activations, `'fanOut'` that of gradients; fanIn unless given. */
  mode?: 'fanIn' | 'fanOut';
}

/** float32 values with mean 0 and this standard deviation. */
function draw(shape: KernelShape, deviation: number, { distribution = 'normal', seed }: ScaledOptions): Float32Array {
  const random = createRandom(seed);
  const size = shape.reduce((product, each) => product * each, 1);
  const bound = Math.sqrt(3) * deviation;
  const next = distribution === 'normal' ? () => deviation * random.normal() : () => bound * (2 * random.uniform() - 1);
  return Float32Array.from({ length: size }, next);
}

function requireDistribution(where: string, { distribution = 'normal' }: ScaledOptions): void {
  requireOneOf(where, 'options.distribution', distribution, ['normal', 'uniform']);
}

/**
 * Kaiming (He) initialisation: standard deviation gain / √fan, with the gain of the activation that follows.
 *
 * @param shape of the kernel, [...spatial, in, out]
 * @returns float32 values, row-major
 * @throws RangeError for a wrong shape, mode, distribution or activation
 * @see He et al. 2015; torch.nn.init.kaiming_normal_, kaiming_uniform_
 */
export function kaimingValues(shape: KernelShape, options: KaimingOptions): Float32Array {
  const where = 'activations/kaimingValues';
  requireKernelShape(where, shape);
  requireDistribution(where, options);
  const { activation = 'relu', params = {}, mode = 'fanIn' } = options;
  requireOneOf(where, 'options.mode', mode, ['fanIn', 'fanOut']);
  return draw(shape, gain(activation, params) / Math.sqrt(fansOf(shape)[mode]), options);
}

/** Options of `xavier`. */
export interface XavierOptions extends ScaledOptions {
  /** A factor, such as the gain of an activation; 1 unless given. */
  gain?: number;
}

/**
 * Xavier (Glorot) initialisation: standard deviation gain · √(2 / (fanIn + fanOut)).
 *
 * @param shape of the kernel, [...spatial, in, out]
 * @returns float32 values, row-major
 * @throws RangeError for a wrong shape or distribution
 * @see Glorot, Bengio 2010; torch.nn.init.xavier_normal_, xavier_uniform_
 */
export function xavierValues(shape: KernelShape, options: XavierOptions): Float32Array {
  const where = 'activations/xavierValues';
  requireKernelShape(where, shape);
  requireDistribution(where, options);
  const { fanIn, fanOut } = fansOf(shape);
  return draw(shape, (options.gain ?? 1) * Math.sqrt(2 / (fanIn + fanOut)), options);
}

/**
 * LeCun initialisation: standard deviation 1 / √fanIn, which SELU is made for.
 *
 * @param shape of the kernel, [...spatial, in, out]
 * @returns float32 values, row-major
 * @throws RangeError for a wrong shape or distribution
 * @see LeCun et al. 1998; Klambauer et al. 2017
 */
export function leCunValues(shape: KernelShape, options: ScaledOptions): Float32Array {
  const where = 'activations/leCunValues';
  requireKernelShape(where, shape);
  requireDistribution(where, options);
  return draw(shape, 1 / Math.sqrt(fansOf(shape).fanIn), options);
}

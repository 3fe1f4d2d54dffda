import { describe, invalidArgument, requireFinite, requireOneOf, requirePositiveInteger } from '@relumine/core';
import type { layers } from '@tensorflow/tfjs-layers';
import type { ConvolutionPadding } from './convolutionNorm';
import { kernelsOf } from './kernels';

type Layer = layers.Layer;
const where = 'spectral-norm/spectralNormalization';

/** Options of `spectralNormalization`. */
export interface SpectralNormalizationOptions {
  /** The layer whose kernel is normalised: dense, embedding, or any convolution. */
  layer: Layer;
  /** Steps of power iteration for each training step; 1 unless given. */
  powerIterations?: number;
  /**
   * `reparametrize` (PyTorch, the default): the trained weight stays as it is, the layer computes with weight / sigma, and
   * the gradient flows through sigma. `assign` (Keras 3): the weight itself is divided at each training step, no gradient
   * flows through sigma, and inference uses the weight as it is.
   */
  mode?: 'reparametrize' | 'assign';
  /**
   * Which sigma: that of the matrix [outputs, rest] (`reshaped`, the default, as PyTorch and Keras have it), or the true
   * norm of a Conv2D layer as a map, with this padding (`reparametrize` only; the size of the input must be known).
   */
  norm?: 'reshaped' | ConvolutionPadding;
  /** The sigma that the kernel gets; 1 unless given. */
  target?: number;
  /** Leaves a kernel whose sigma is at most `target` as it is (`reparametrize` only). */
  onlyIfLarger?: boolean;
  seed?: number | string;
  name?: string;
}

/** The options with what holds where they are not given, the layer and its name left out. */
export type KnownOptions = Required<Omit<SpectralNormalizationOptions, 'layer' | 'name'>>;

/** @throws TypeError for a layer without a kernel, RangeError for wrong options */
export function requireOptions(given: SpectralNormalizationOptions): KnownOptions {
  const { powerIterations = 1, mode = 'reparametrize', norm = 'reshaped' } = given;
  const { target = 1, onlyIfLarger = false, seed = 0 } = given;
  requirePositiveInteger(where, 'options.powerIterations', powerIterations);
  requireOneOf(where, 'options.mode', mode, ['reparametrize', 'assign'] as const);
  requireOneOf(where, 'options.norm', norm, ['reshaped', 'same', 'valid', 'circular'] as const);
  if (mode === 'assign' && norm !== 'reshaped') {
    const rule = "must be 'reshaped' with mode 'assign', which is Keras's algorithm";
    throw invalidArgument({ where, argument: 'options.norm', rule, received: describe(norm) });
  }
  if (mode === 'assign' && onlyIfLarger) {
    const rule = "must be false with mode 'assign', which is Keras's algorithm";
    throw invalidArgument({ where, argument: 'options.onlyIfLarger', rule, received: describe(onlyIfLarger) });
  }
  requireFinite(where, 'options.target', target, { min: 0, exclusive: true });
  kernelsOf(given.layer);
  return { powerIterations, mode, norm, target, onlyIfLarger, seed };
}

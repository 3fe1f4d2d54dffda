import {
  describe,
  invalidArgument,
  requireFinite,
  requireObject,
  requireOneOf,
  requirePositiveInteger,
} from '@relumine/core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { type ConvolutionGeometry, convolutionOperator, type Padding, requireRoom } from './convolution';
import { exactCircularNorm } from './exactCircularNorm';
import { kernelValues, requireInputShape } from './kernelValues';
import { type LargestSingularValue, largestSingularValue } from './largestSingularValue';
import { searchCircularNorm } from './searchCircularNorm';

/** Options of `operatorNorm`. */
export interface OperatorNormOptions {
  /** [height, width] of the input. */
  inputShape: readonly [number, number];
  /** 1 unless given. */
  strides?: number | readonly [number, number];
  /** 1 unless given. */
  dilations?: number | readonly [number, number];
  /** tfjs's `'same'` (the default) and `'valid'`; `'circular'`: continued as on a torus; a number: zeros on every side. */
  padding?: Padding;
  /**
   * `'lanczos'` iterates with the convolution and its adjoint, from below; `'power'` is the plain iteration of the literature,
   * slower. For padding 'circular' with stride and dilation 1 alone: `'exact'` takes the largest of all singular values;
   * `'search'` takes that of the frequency that Lanczos steps find the strongest, on large inputs among those to
   * which a coarser grid of frequencies points: many times faster, and no proof that there is no stronger one. Unless given, exact there with at most 16 channels on
   * one side, search with more, and Lanczos elsewhere.
   */
  method?: 'exact' | 'search' | 'lanczos' | 'power';
  /** Ends where five steps in a row change the norm by less than this share each; 1e-8 unless given. */
  tolerance?: number;
  /** Steps at most; 300 unless given. */
  iterations?: number;
  /** Decides the vector that it starts from; 0 unless given. */
  seed?: number;
}

const where = 'spectral-norm/operatorNorm';

function pair(argument: string, value: number | readonly [number, number]): readonly [number, number] {
  const both = typeof value === 'number' ? ([value, value] as const) : value;
  if (!Array.isArray(both) || both.length !== 2) {
    const rule = 'must be one number or two';
    throw invalidArgument({ where, argument, rule, received: describe(value) });
  }
  for (const one of both) requirePositiveInteger(where, argument, one);
  return both as readonly [number, number];
}

function requirePadding(padding: Padding): void {
  if (typeof padding !== 'number') requireOneOf(where, 'options.padding', padding, ['same', 'valid', 'circular']);
  else if (padding !== 0) requirePositiveInteger(where, 'options.padding', padding);
}

/**
 * How much a convolution can lengthen an input: its largest singular value as a map from inputs [height, width, in] to
 * outputs, which the spectral norm of the reshaped kernel is not (it can be smaller by up to √(kernel height · width)).
 * Computed on the current backend, with the convolution and its adjoint alone, it approaches the norm from below; circular
 * convolutions are searched frequency by frequency, small ones computed exactly.
 *
 * @param kernel float32[height, width, in, out]; borrowed
 * @throws TypeError unless the kernel is float32; RangeError for another rank, NaN, wrong options, or an input smaller than
 *   the kernel with padding 'valid' or 'circular'; Error where the iteration did not converge
 * @see Farnia, Zhang, Tse 2019; Ryu et al. 2019; Golub & Kahan 1965
 */
export async function operatorNorm(kernel: Tensor4D, options: OperatorNormOptions): Promise<number> {
  requireObject(where, 'options', options);
  const { padding = 'same', tolerance = 1e-8, iterations = 300, seed = 0 } = options;
  requireInputShape(where, options.inputShape);
  requirePadding(padding);
  if (options.method) requireOneOf(where, 'options.method', options.method, ['exact', 'search', 'lanczos', 'power']);
  requireFinite(where, 'options.tolerance', tolerance, { min: 0, exclusive: true });
  requirePositiveInteger(where, 'options.iterations', iterations);
  const geometry: ConvolutionGeometry = {
    inputShape: options.inputShape,
    strides: pair('options.strides', options.strides ?? 1),
    dilations: pair('options.dilations', options.dilations ?? 1),
    padding,
  };
  const values = await kernelValues(where, kernel);
  const isTorus = padding === 'circular' && [...geometry.strides, ...geometry.dilations].every((n) => n === 1);
  const isSmall = Math.min(values.inputs, values.outputs) <= 16;
  const method = options.method ?? (isTorus ? (isSmall ? 'exact' : 'search') : 'lanczos');
  requireRoom(where, values, geometry);
  if (method === 'exact' || method === 'search') {
    if (isTorus && method === 'exact') return exactCircularNorm(values, options.inputShape);
    if (isTorus) return searchCircularNorm(values, options.inputShape, seed);
    const rule = "must be 'lanczos' or 'power' unless padding is 'circular' and strides and dilations are 1";
    throw invalidArgument({ where, argument: 'options.method', rule, received: describe(method) });
  }
  const operator = convolutionOperator(values, geometry);
  try {
    const found: LargestSingularValue = largestSingularValue(operator, { method, tolerance, iterations, seed });
    if (found.converged) return found.sigma;
    throw new Error(
      `[relumine/${where}] no convergence to ${tolerance} in ${iterations} steps (so far ${found.sigma}). Give more iterations, or a larger tolerance.`,
    );
  } finally {
    operator.dispose();
  }
}

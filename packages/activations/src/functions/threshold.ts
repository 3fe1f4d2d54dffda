import { requireFinite } from '@relumine/core';
import { cast, fill, greater, type Tensor, where } from '@tensorflow/tfjs-core';
import type { Definition, Entry } from '../shared/definition';
import { type Composition, pointwise } from '../shared/pointwise';
import type { ScalarActivation } from '../shared/scalar';

/** Options of `threshold`. */
export interface ThresholdOptions {
  /** Above it the function is x; 0 unless given. */
  threshold?: number;
  /** The value elsewhere; 0 unless given. */
  value?: number;
}

const place = 'activations/threshold';

const scalarOf = ({ threshold: limit = 0, value = 0 }: ThresholdOptions): ScalarActivation => ({
  f: (z) => (z > limit ? z : value),
  derivative: (z) => Number(z > limit),
  breaks: [limit],
});

function composition(options: ThresholdOptions = {}): Composition {
  const { threshold: limit = 0, value = 0 } = options;
  requireFinite(place, 'options.threshold', limit);
  requireFinite(place, 'options.value', value);
  return {
    name: 'threshold',
    attrs: { threshold: limit, value },
    scalar: scalarOf(options),
    forward: (x) => where(greater(x, limit), x, fill(x.shape, value)),
    derivative: (x) => cast(greater(x, limit), 'float32'),
  };
}

/** @internal */
export const thresholdEntry: Entry = {
  formula: 'x \\text{ for } x > t,\\quad v \\text{ otherwise}',
  paper: 'Konda, Memisevic, Krueger 2015',
  range: '{v} and (t, ∞)',
  monotone: true,
  deadRegion: 'x ≤ t',
  cost: 'comparison',
};

/** @internal */
export const thresholdDefinition: Definition = {
  name: 'threshold',
  defaults: { threshold: 0, value: 0 },
  compose: composition,
};

/**
 * `threshold(x) = x for x > threshold, value otherwise`. At the threshold the derivative is 0, as in PyTorch.
 *
 * @param x float32 of any shape; borrowed
 * @returns float32 like x; the caller's
 * @throws TypeError unless x is a float32 tensor; RangeError unless both are finite
 * @see torch.nn.Threshold
 */
export function threshold<T extends Tensor>(x: T, options: ThresholdOptions = {}): T {
  return pointwise(x, composition(options));
}

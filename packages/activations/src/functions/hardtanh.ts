import { invalidArgument, requireFinite } from '@relumine/core';
import { cast, clipByValue, greater, less, logicalAnd, type Tensor } from '@tensorflow/tfjs-core';
import type { Definition, Entry } from '../shared/definition';
import { type Composition, pointwise } from '../shared/pointwise';

/** Options of `hardtanh`. */
export interface HardtanhOptions {
  /** The value on the left; −1 unless given. */
  min?: number;
  /** The value on the right; 1 unless given; above `min`. */
  max?: number;
}

const place = 'activations/hardtanh';

function composition({ min = -1, max = 1 }: HardtanhOptions = {}): Composition {
  requireFinite(place, 'options.min', min);
  requireFinite(place, 'options.max', max);
  if (min >= max) {
    const received = `min ${min}, max ${max}`;
    throw invalidArgument({ where: place, argument: 'options.max', rule: 'must be above `options.min`', received });
  }
  return {
    name: 'hardtanh',
    attrs: { min, max },
    scalar: {
      f: (z) => Math.min(max, Math.max(min, z)),
      derivative: (z) => Number(z > min && z < max),
      breaks: [min, max],
    },
    forward: (x) => clipByValue(x, min, max),
    derivative: (x) => cast(logicalAnd(greater(x, min), less(x, max)), 'float32'),
  };
}

/** @internal */
export const hardtanhEntry: Entry = {
  formula: '\\min(\\max(-1, x), 1)',
  paper: 'Collobert 2004',
  range: '[−1, 1]',
  monotone: true,
  deadRegion: '|x| ≥ 1',
  cost: 'comparison',
};

/** @internal */
export const hardtanhDefinition: Definition = {
  name: 'hardtanh',
  defaults: { min: -1, max: 1 },
  compose: composition,
};

/**
 * `hardtanh(x) = min(max(min, x), max)`. At both kinks the derivative is 0, as in PyTorch.
 *
 * @param x float32 of any shape; borrowed
 * @returns float32 like x; the caller's
 * @throws TypeError unless x is a float32 tensor; RangeError unless min and max are finite and min is below max
 * @see Collobert 2004; torch.nn.Hardtanh
 */
export function hardtanh<T extends Tensor>(x: T, options: HardtanhOptions = {}): T {
  return pointwise(x, composition(options));
}

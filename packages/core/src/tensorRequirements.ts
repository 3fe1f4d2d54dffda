import { Tensor } from '@tensorflow/tfjs-core';
import { describe, invalidArgument } from './errors';

/**
 * Requires a tensor of any shape that has not been disposed.
 *
 * @throws TypeError where it is none; RangeError where it is disposed
 */
export function requireTensor(where: string, argument: string, value: unknown): asserts value is Tensor {
  // A second copy of tfjs-core has its own Tensor class, so the shape of the object decides, not its class.
  const like = value as { dataId?: unknown; shape?: unknown; dtype?: unknown; isDisposed?: boolean } | null | undefined;
  const isTensor =
    value instanceof Tensor ||
    (typeof like === 'object' && like !== null && 'dataId' in like && Array.isArray(like.shape) && 'dtype' in like);
  if (!isTensor) {
    throw invalidArgument({ where, argument, rule: 'must be a tensor', received: describe(value), type: TypeError });
  }
  if (like?.isDisposed) {
    throw invalidArgument({ where, argument, rule: 'must not be disposed', received: `${describe(value)}, disposed` });
  }
}

/**
 * Requires a float32 tensor of any shape.
 *
 * @throws TypeError where it is none, or of another dtype; RangeError where it is disposed
 */
export function requireFloat32Tensor(where: string, argument: string, value: unknown): asserts value is Tensor {
  requireTensor(where, argument, value);
  if (value.dtype !== 'float32') {
    throw invalidArgument({
      where,
      argument,
      rule: 'must be a float32 tensor',
      received: describe(value),
      wayOut: "Cast it first: tf.cast(x, 'float32').",
      type: TypeError,
    });
  }
}

/**
 * Requires a tensor whose rank is one of `ranks`.
 *
 * @throws RangeError where it is not
 */
export function requireRank(where: string, argument: string, value: Tensor, ranks: number | readonly number[]): void {
  const allowed = typeof ranks === 'number' ? [ranks] : ranks;
  if (allowed.includes(value.shape.length)) return;
  throw invalidArgument({
    where,
    argument,
    rule: `must have rank ${allowed.join(' or ')}`,
    received: `shape [${value.shape.join(', ')}]`,
    wayOut: 'Reshape it first.',
  });
}

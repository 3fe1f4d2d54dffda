import { describe, invalidArgument, requireFloat32Tensor, requireRank } from '@relumine/core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { KernelValues } from '../linalg/transfer';

/** A kernel's values, read back; refuses what is no finite 2-D kernel. */
export async function kernelValues(where: string, kernel: Tensor4D): Promise<KernelValues> {
  requireFloat32Tensor(where, 'kernel', kernel);
  requireRank(where, 'kernel', kernel, 4);
  const values = new Float64Array(await kernel.data<'float32'>());
  for (const value of values) {
    if (Number.isFinite(value)) continue;
    throw invalidArgument({ where, argument: 'kernel', rule: 'must be finite', received: String(value) });
  }
  const [height, width, inputs, outputs] = kernel.shape;
  return { values, height, width, inputs, outputs };
}

/** [height, width], two positive integers. */
export function requireInputShape(where: string, shape: unknown): asserts shape is [number, number] {
  const isShape = Array.isArray(shape) && shape.length === 2 && shape.every((n) => Number.isInteger(n) && n > 0);
  if (isShape) return;
  const rule = 'must be [height, width], two positive integers';
  throw invalidArgument({ where, argument: 'options.inputShape', rule, received: describe(shape) });
}

/** On a torus smaller than itself, a kernel wraps onto itself: taps that meet are added up. */
export function wrapped(kernel: KernelValues, [h, w]: readonly [number, number]): KernelValues {
  if (kernel.height <= h && kernel.width <= w) return kernel;
  const [height, width] = [Math.min(kernel.height, h), Math.min(kernel.width, w)];
  const block = kernel.inputs * kernel.outputs;
  const values = new Float64Array(height * width * block);
  for (let i = 0; i < kernel.height; i++) {
    for (let j = 0; j < kernel.width; j++) {
      const from = (i * kernel.width + j) * block;
      const to = ((i % height) * width + (j % width)) * block;
      for (let k = 0; k < block; k++) values[to + k]! += kernel.values[from + k]!;
    }
  }
  return { ...kernel, height, width, values };
}

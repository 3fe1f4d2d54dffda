import { invalidArgument } from '@relumine/core';
import {
  add,
  concat,
  conv2d,
  conv2dTranspose,
  pad,
  slice,
  type Tensor,
  type Tensor4D,
  tensor4d,
  tidy,
} from '@tensorflow/tfjs-core';
import type { KernelValues } from '../linalg/transfer';

/** tfjs's `'same'` and `'valid'`, `'circular'` (continued as on a torus), or so many zeros on every side, as in PyTorch. */
export type Padding = 'same' | 'valid' | 'circular' | number;

/** A linear map and its adjoint, on tensors [1, h, w, channels]; results are the caller's. */
export interface LinearOperator {
  readonly inputSize: number;
  forward(x: Float32Array): Float32Array;
  adjoint(y: Float32Array): Float32Array;
  dispose(): void;
}

export interface ConvolutionGeometry {
  inputShape: readonly [number, number];
  strides: readonly [number, number];
  dilations: readonly [number, number];
  padding: Padding;
}

/** The kernel with its gaps filled with zeros: dilation without a dilated operation, which not every backend inverts. */
function dilated(kernel: KernelValues, [down, across]: readonly [number, number]): Tensor4D {
  const { height, width, inputs, outputs } = kernel;
  const [h, w] = [(height - 1) * down + 1, (width - 1) * across + 1];
  const block = inputs * outputs;
  const values = new Float32Array(h * w * block);
  for (let i = 0; i < height; i++) {
    for (let j = 0; j < width; j++) {
      const from = (i * width + j) * block;
      values.set(kernel.values.subarray(from, from + block), (i * down * w + j * across) * block);
    }
  }
  return tensor4d(values, [h, w, inputs, outputs]);
}

/** The input continued on all sides as on a torus, and the adjoint: what was copied is added back. */
function torus(axis: 1 | 2, size: number, before: number, after: number) {
  const part = (x: Tensor4D, from: number, length: number): Tensor4D => {
    const [begin, extent] = [[0, 0, 0, 0], [...x.shape]];
    begin[axis] = from;
    extent[axis] = length;
    return slice(x, begin as [number, number, number, number], extent as [number, number, number, number]);
  };
  const placed = (x: Tensor4D, from: number): Tensor4D => {
    const paddings: [number, number][] = [
      [0, 0],
      [0, 0],
      [0, 0],
      [0, 0],
    ];
    paddings[axis] = [from, size - from - x.shape[axis]!];
    return pad(x, paddings) as Tensor4D;
  };
  return {
    extend: (x: Tensor4D): Tensor4D => {
      const parts = [x];
      if (before > 0) parts.unshift(part(x, size - before, before));
      if (after > 0) parts.push(part(x, 0, after));
      return parts.length > 1 ? concat(parts, axis) : x;
    },
    fold: (y: Tensor4D): Tensor4D => {
      let sum: Tensor = part(y, before, size);
      if (before > 0) sum = add(sum, placed(part(y, 0, before), size - before));
      if (after > 0) sum = add(sum, placed(part(y, before + size, after), 0));
      return sum as Tensor4D;
    },
  };
}

/** What is laid around an input before a convolution without padding, and the adjoint of laying it there. */
export interface Border {
  shape: [number, number, number, number];
  extend(x: Tensor4D): Tensor4D;
  fold(y: Tensor4D): Tensor4D;
}

/** Undefined where tfjs's own padding does it. */
export function borderOf(
  padding: Padding,
  [h, w]: readonly [number, number],
  [down, across]: readonly [number, number],
  channels: number,
): Border | undefined {
  if (padding === 'circular') {
    const rows = torus(1, h, down >> 1, down - (down >> 1));
    const columns = torus(2, w, across >> 1, across - (across >> 1));
    return {
      shape: [1, h + down, w + across, channels],
      extend: (x) => columns.extend(rows.extend(x)),
      fold: (y) => rows.fold(columns.fold(y)),
    };
  }
  if (typeof padding !== 'number') return undefined;
  const both: [number, number] = [padding, padding];
  return {
    shape: [1, h + 2 * padding, w + 2 * padding, channels],
    extend: (x) => pad(x, [[0, 0], both, both, [0, 0]]),
    fold: (y) => slice(y, [0, padding, padding, 0], [1, h, w, channels]),
  };
}

/** Refuses an input that the kernel does not fit on: unless padding is 'same', there would be no output. */
export function requireRoom(where: string, kernel: KernelValues, geometry: ConvolutionGeometry): void {
  const { inputShape, padding, dilations } = geometry;
  const [h, w] = inputShape;
  const [down, across] = [(kernel.height - 1) * dilations[0], (kernel.width - 1) * dilations[1]];
  const room = typeof padding === 'number' ? 2 * padding : 0;
  if (padding === 'same' || (down < h + room && across < w + room)) return;
  const received = `[${h}, ${w}] for a kernel that covers [${down + 1}, ${across + 1}]`;
  const rule = `must not be smaller than the kernel with padding ${JSON.stringify(padding)}`;
  throw invalidArgument({ where, argument: 'options.inputShape', rule, received, wayOut: 'Use padding "same".' });
}

/** A convolution on inputs of one size that it fits on, by tfjs's own operations. */
export function convolutionOperator(kernel: KernelValues, geometry: ConvolutionGeometry): LinearOperator {
  const { inputShape, padding } = geometry;
  const strides = [...geometry.strides] as [number, number];
  const filter = dilated(kernel, geometry.dilations);
  const [reachDown, reachAcross] = [filter.shape[0] - 1, filter.shape[1] - 1];
  const [h, w] = inputShape;
  const border = borderOf(padding, inputShape, [reachDown, reachAcross], kernel.inputs);
  const own = border ? 'valid' : (padding as 'same' | 'valid');
  const apply = (x: Tensor4D): Tensor4D => conv2d(border ? border.extend(x) : x, filter, strides, own);
  const wide = border?.shape ?? ([1, h, w, kernel.inputs] as [number, number, number, number]);
  const outputShape = tidy(
    () => apply(tensor4d(new Float32Array(h * w * kernel.inputs), [1, h, w, kernel.inputs])).shape,
  );
  const run = (action: () => Tensor): Float32Array => {
    const result = tidy(action);
    const values = result.dataSync() as Float32Array;
    result.dispose();
    return values;
  };
  return {
    inputSize: h * w * kernel.inputs,
    forward: (x) => run(() => apply(tensor4d(x, [1, h, w, kernel.inputs]))),
    adjoint: (y) =>
      run(() => {
        const back = conv2dTranspose(tensor4d(y, outputShape), filter, wide, strides, own);
        return border ? border.fold(back) : back;
      }),
    dispose: () => filter.dispose(),
  };
}

import type { Window } from './convolve';

/** The window of a convolution or a pooling layer from its geometry. */
export function windowOf(options: {
  input: readonly [number, number];
  output: readonly [number, number];
  kernel: readonly [number, number];
  strides: readonly [number, number];
  dilation: readonly [number, number];
  padding: string;
}): Window {
  const { input, output, kernel, strides, dilation, padding } = options;
  const before = [0, 1].map((axis) => {
    const reach = (kernel[axis]! - 1) * dilation[axis]! + 1;
    if (padding !== 'same') return 0;
    // TensorFlow pads the odd row or column at the end.
    return Math.floor(Math.max(0, (output[axis]! - 1) * strides[axis]! + reach - input[axis]!) / 2);
  });
  return { input, output, kernel, strides, dilation, before: [before[0]!, before[1]!] };
}

/** Height and width of a shape `[width, channels]` or `[height, width, channels]`. */
export const extent = (shape: readonly number[]): [number, number] =>
  shape.length === 2 ? [1, shape[0]!] : [shape[0]!, shape[1]!];

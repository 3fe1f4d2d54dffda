import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { type Composer, composed } from './composer';
import type { ConvolutionAttrs } from './windows';

/** Orders of axes: channels first from channels last, and back. */
const [toFirst, toLast] = [
  [0, 3, 1, 2],
  [0, 2, 3, 1],
];

/** The attributes that hold a shape or a padding per axis, and so have an order too. */
interface LayoutAttrs extends ConvolutionAttrs {
  inputShape?: number[];
}

const lastAttrs = ({ inputShape, pad, ...rest }: LayoutAttrs): Record<string, unknown> => ({
  ...rest,
  pad: Array.isArray(pad) ? toLast.map((axis) => pad[axis]) : pad,
  ...(inputShape ? { inputShape: toLast.map((axis) => inputShape[axis]!) } : {}),
  dataFormat: 'NHWC',
});

/**
 * A convolution kernel that knows channels last alone, for channels first too: its images are transposed, and its result
 * back. The stock kernels refuse.
 *
 * @param images the inputs that are images (filters have one layout for both)
 * @param imageOut whether the result is images
 */
export const inBothLayouts =
  (images: readonly string[], imageOut: boolean) =>
  (kernel: KernelFunc): KernelFunc =>
  (args) => {
    const attrs = args.attrs as unknown as LayoutAttrs;
    if (attrs.dataFormat !== 'NCHW') return kernel(args);
    const turned = (c: Composer, x: TensorInfo, perm: number[]): TensorInfo => c.run('Transpose', { x }, { perm });
    return composed(args.backend, (c) => {
      const inputs: Record<string, TensorInfo> = {};
      for (const [name, x] of Object.entries(args.inputs as Record<string, TensorInfo>))
        if (x) inputs[name] = images.includes(name) ? turned(c, x, toLast) : x;
      const y = c.own(kernel, inputs, lastAttrs(attrs));
      return imageOut ? turned(c, y, toFirst) : y;
    });
  };

import { describe, invalidArgument } from '@relumine/core';
import {
  cast,
  conv2d,
  conv2dTranspose,
  customGrad,
  div,
  engine,
  greater,
  maximum,
  mul,
  type NamedAttrMap,
  norm,
  type Scalar,
  where as select,
  sub,
  sum,
  type Tensor,
  type Tensor4D,
} from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';
import { type Border, borderOf, type Padding } from '../operator/convolution';

type Layer = layers.Layer;
export type ConvolutionPadding = 'same' | 'valid' | 'circular';

const where = 'spectral-norm/spectralNormalization';

/** A convolution layer as a linear map from one input to its outputs, for its kernel of the moment. */
export interface ConvolutionMap {
  readonly inputShape: [number, number, number, number];
  forward(x: Tensor4D, kernel: Tensor4D): Tensor4D;
  adjoint(y: Tensor4D, kernel: Tensor4D): Tensor4D;
  /** The derivative of ⟨y, K ∗ x⟩ by K. */
  byKernel(x: Tensor4D, y: Tensor4D, kernel: Tensor4D): Tensor4D;
}

interface ConvolutionFields {
  kernelSize: [number, number];
  strides: [number, number];
  dilationRate?: number | [number, number];
  dataFormat?: string;
}

/** @throws RangeError for a layer whose true norm is not known this way */
export function convolutionMap(
  layer: Layer,
  inputShape: (number | null)[],
  padding: ConvolutionPadding,
): ConvolutionMap {
  const refuse = (rule: string, received: string): Error =>
    invalidArgument({ where, argument: 'options.norm', rule, received, wayOut: "Use norm 'reshaped'." });
  if (layer.getClassName() !== 'Conv2D') throw refuse(`'${padding}' needs a Conv2D layer`, layer.getClassName());
  const { kernelSize, strides, dilationRate = 1, dataFormat } = layer as unknown as ConvolutionFields;
  if ([dilationRate].flat().some((rate) => rate !== 1)) throw refuse('needs a dilation of 1', describe(dilationRate));
  // As a map between inputs and outputs it is the same, wherever the channels lie.
  const [h, w, channels] = (dataFormat === 'channelsFirst' ? [2, 3, 1] : [1, 2, 3]).map((axis) => inputShape[axis]);
  if (h == null || w == null || channels == null)
    throw refuse('needs the size of the input', `shape [${inputShape.join(', ')}]`);
  if (padding === 'valid' && (h < kernelSize[0] || w < kernelSize[1]))
    throw refuse(`'valid' needs an input no smaller than the kernel, [${kernelSize.join(', ')}]`, `[${h}, ${w}]`);
  const border: Border | undefined = borderOf(padding, [h, w], [kernelSize[0] - 1, kernelSize[1] - 1], channels);
  const own = border ? 'valid' : (padding as Exclude<Padding, number | 'circular'>);
  const wide = border?.shape ?? ([1, h, w, channels] as [number, number, number, number]);
  return {
    inputShape: [1, h, w, channels],
    forward: (x, kernel) => conv2d(border ? border.extend(x) : x, kernel, strides, own),
    adjoint: (y, kernel) => {
      const back = conv2dTranspose(y, kernel, wide, strides, own);
      return border ? border.fold(back) : back;
    },
    // A gradient inside a gradient function ends tfjs's tape: the kernel is called by its name.
    byKernel: (x, y, kernel) => {
      const attrs = { strides, pad: own, dataFormat: 'NHWC', filterShape: kernel.shape } as unknown as NamedAttrMap;
      return engine().runKernel('Conv2DBackpropFilter', { x: border ? border.extend(x) : x, dy: y }, attrs) as Tensor4D;
    },
  };
}

const unit = (x: Tensor): Tensor4D => div(x, maximum(norm(x), 1e-12));

/** Steps of power iteration on the convolution itself: u in outputs, v in inputs. */
export function iterate(
  map: ConvolutionMap,
  kernel: Tensor4D,
  start: { u: Tensor4D; v: Tensor4D },
  iterations: number,
): { u: Tensor4D; v: Tensor4D } {
  let { u, v } = start;
  for (let step = 0; step < iterations; step++) {
    u = unit(map.forward(v, kernel));
    v = unit(map.adjoint(u, kernel));
  }
  return { u, v };
}

/** ⟨u, K ∗ v⟩. */
const sigmaOf = (map: ConvolutionMap, kernel: Tensor4D, { u, v }: { u: Tensor4D; v: Tensor4D }): Scalar =>
  sum(mul(u, map.forward(v, kernel)));

/** target · kernel / sigma, with the gradient through sigma at constant u and v; the kernel itself where sigma is 0 or small enough. */
export function divideByNorm(
  map: ConvolutionMap,
  kernel: Tensor4D,
  state: { u: Tensor4D; v: Tensor4D },
  { target, onlyIfLarger }: { target: number; onlyIfLarger: boolean },
): Tensor4D {
  const divide = customGrad((...args: (Tensor | ((tensors: Tensor[]) => void))[]) => {
    const [k, save] = args as [Tensor4D, (tensors: Tensor[]) => void];
    const sigma = sigmaOf(map, k, state);
    const divided = greater(sigma, onlyIfLarger ? target : 0);
    const factor = select(divided, div(target, sigma), 1);
    save([k, sigma, factor, cast(divided, 'float32')]);
    const gradFunc = (dy: Tensor, saved: Tensor[]): Tensor => {
      const [k1, sigma1, factor1, divided1] = saved as [Tensor4D, Scalar, Scalar, Scalar];
      const direction = map.byKernel(state.v, state.u, k1);
      const along = mul(divided1, div(mul(sum(mul(dy, k1)), factor1), sigma1));
      return sub(mul(dy, factor1), mul(direction, select(greater(divided1, 0), along, 0)));
    };
    return { value: mul(k, factor), gradFunc };
  });
  return divide(kernel) as Tensor4D;
}

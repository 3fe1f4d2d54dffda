import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { view } from './arrays';
import { convolutionByDefinition, depthwiseByDefinition } from './byDefinition';
import { composed } from './composer';
import { fusedActivation } from './fusedActivation';
import { type ConvolutionAttrs, convolutionShape } from './windows';

type Inputs = Record<'x' | 'filter', TensorInfo> & { bias?: TensorInfo; preluActivationWeights?: TensorInfo };

/** Whether all values are finite: the stock kernels clamp their results, and NaN with them, to the lowest float32. */
function allFinite(backend: unknown, x: TensorInfo): boolean {
  const values = view(backend, x);
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false;
  return true;
}

const areFinite = (backend: unknown, { x, filter, bias }: Inputs): boolean =>
  [x, filter, bias].every((tensor) => !tensor || allFinite(backend, tensor));

/** The stock convolution where all values are finite, else by the definition, through which NaN goes. */
export const convolution =
  (stock: KernelFunc): KernelFunc =>
  (args) =>
    areFinite(args.backend, args.inputs as unknown as Inputs) ? stock(args) : convolutionByDefinition(args);

/**
 * Where the stock depthwise kernel is right: for kernels as high as wide and no smaller than the stride. Elsewhere it takes
 * the padding for another's (tensorflow/tfjs#6629), and reads outside its input.
 */
function stockIsRight({ x, filter }: Inputs, attrs: ConvolutionAttrs): boolean {
  const s = convolutionShape(x.shape, filter.shape, attrs, true);
  return s.filterHeight === s.filterWidth && s.filterHeight >= Math.max(s.strideHeight, s.strideWidth);
}

/** The stock depthwise convolution where it is right and all values are finite, else by the definition. */
export const depthwise =
  (stock: KernelFunc): KernelFunc =>
  (args) => {
    const inputs = args.inputs as unknown as Inputs;
    const right = stockIsRight(inputs, args.attrs as unknown as ConvolutionAttrs);
    return right && areFinite(args.backend, inputs) ? stock(args) : depthwiseByDefinition(args);
  };

/** The fused form of `kernel`: the stock one where `kernel` would take its stock one too, else step by step. */
const fused =
  (kernel: 'Conv2D' | 'DepthwiseConv2dNative', isRight: (inputs: Inputs, attrs: ConvolutionAttrs) => boolean) =>
  (stock: KernelFunc): KernelFunc =>
  (args) => {
    const inputs = args.inputs as unknown as Inputs;
    const attrs = args.attrs as unknown as ConvolutionAttrs & { activation?: string; leakyreluAlpha?: number };
    if (isRight(inputs, attrs) && areFinite(args.backend, inputs)) return stock(args);
    return composed(args.backend, (c) => {
      const { x, filter, bias, preluActivationWeights } = inputs;
      const product = c.run(kernel, { x, filter }, attrs as never);
      const sum = bias ? c.run('Add', { a: product, b: bias }) : product;
      return fusedActivation(c, sum, attrs, preluActivationWeights);
    });
  };

export const fusedConvolution: (stock: KernelFunc) => KernelFunc = fused('Conv2D', () => true);
export const fusedDepthwise: (stock: KernelFunc) => KernelFunc = fused('DepthwiseConv2dNative', stockIsRight);

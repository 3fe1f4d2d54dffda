import {
  backend_util,
  engine,
  type GradFunc,
  getBackend,
  getGradient,
  type NamedAttrMap,
  registerGradient,
  type Tensor,
} from '@tensorflow/tfjs-core';

const ours = new WeakSet<GradFunc>();

interface ConvolutionAttrs {
  dilations: number | [number, number];
  [attribute: string]: unknown;
}

const isDilated = (attrs: NamedAttrMap): boolean =>
  !backend_util.tupleValuesAreOne((attrs as unknown as ConvolutionAttrs).dilations ?? 1);

/** Wraps the gradient of one convolution: with dilation and on wasm, our kernels are asked, which know dilations. */
function wrap(kernelName: string, backpropInput: string, backpropFilter: string): void {
  const before = getGradient(kernelName);
  if (!before || ours.has(before.gradFunc)) return;
  const run = (name: string, inputs: Record<string, Tensor>, attrs: NamedAttrMap): Tensor =>
    engine().runKernel(name, inputs, attrs) as Tensor;
  const gradFunc: GradFunc = (dy, saved, attrs) => {
    // tfjs-core's own gradient refuses dilations, because the stock kernels would ignore them.
    if (!isDilated(attrs) || getBackend() !== 'wasm') return before.gradFunc(dy, saved, attrs);
    const [x, filter] = saved as [Tensor, Tensor];
    return {
      x: () => run(backpropInput, { dy: dy as Tensor, filter }, { ...attrs, inputShape: x.shape }),
      filter: () => run(backpropFilter, { x, dy: dy as Tensor }, { ...attrs, filterShape: filter.shape }),
    };
  };
  ours.add(gradFunc);
  registerGradient({ ...before, gradFunc });
}

/** Lets convolutions with dilation be trained on the wasm backend; other backends keep tfjs-core's own gradient. */
export function registerDilatedGradients(): void {
  wrap('Conv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter');
  wrap('DepthwiseConv2dNative', 'DepthwiseConv2dNativeBackpropInput', 'DepthwiseConv2dNativeBackpropFilter');
}

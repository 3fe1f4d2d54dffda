import { type DataId, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { convolutionShape, convolve, filterGradient, inputGradient } from './convolution';
import { produceLater } from './deferred';
import { gradientLater, outputAddress } from './deferredGradients';
import { following } from './following';
import { addressOf, produce, type WasmBackend } from './heap';
import { type Share, takesSums } from './imageSums';
import { kernelsOf } from './module';
import { type NativeKernel, replaceKernel } from './registry';
import { suitsAdjoint, suitsWinograd, winogradInputGradient } from './winograd';

const isFloat = (...tensors: TensorInfo[]): boolean => tensors.every(({ dtype }) => dtype === 'float32');

/** tfjs-core lets a dy through whose size is not that of the convolution's output. */
const fits = (dy: TensorInfo, { ho, wo }: { ho: number; wo: number }): boolean =>
  dy.shape[1] === ho && dy.shape[2] === wo;

const backpropFilter: NativeKernel = (args, replaced) => {
  const { x, dy } = args.inputs as { x: TensorInfo; dy: TensorInfo };
  const { filterShape } = args.attrs as unknown as { filterShape: number[] };
  const shape = isFloat(x, dy) ? convolutionShape(args, x.shape, filterShape) : undefined;
  if (shape === undefined || !fits(dy, shape)) return replaced(args);
  const backend = args.backend as WasmBackend;
  return produce(backend, filterShape, (dw) => {
    filterGradient(backend, shape, addressOf(backend, x), addressOf(backend, dy), dw);
  });
};

const backpropInput: NativeKernel = (args, replaced) => {
  const { dy, filter } = args.inputs as { dy: TensorInfo; filter: TensorInfo };
  const { inputShape } = args.attrs as unknown as { inputShape: number[] };
  const shape = isFloat(dy, filter) ? convolutionShape(args, inputShape, filter.shape) : undefined;
  if (shape === undefined || !fits(dy, shape)) return replaced(args);
  const backend = args.backend as WasmBackend;
  const [from, weights] = [addressOf(backend, dy), addressOf(backend, filter)];
  const compute = (dx: number): void => inputGradient(backend, shape, [from, weights, dx]);
  if (!suitsWinograd({ ...shape, ho: shape.h, wo: shape.w }) || !suitsAdjoint(shape) || !takesSums(inputShape))
    return produce(backend, inputShape, compute);
  const output = inputAddress.get(filter.dataId);
  const through = (dx: number, fill: (share: Share) => void): void =>
    winogradInputGradient(backend, shape, from, weights, dx, { output: output!, fill });
  return gradientLater(backend, inputShape, output, [dy, filter], [compute, through]);
};

/** Where the ReLU's output lies that a filter was last applied to while a gradient was recorded. */
const inputAddress = new WeakMap<DataId, number>();

const forward: NativeKernel = (args, replaced) => {
  const { x, filter, bias } = args.inputs as { x: TensorInfo; filter: TensorInfo; bias?: TensorInfo };
  const attrs = args.attrs as Record<string, unknown>;
  const finish = following(attrs);
  const shape = isFloat(x, filter) && finish ? convolutionShape(args, x.shape, filter.shape) : undefined;
  if (shape === undefined || finish === undefined) return replaced(args);
  const { n, ho, wo, co } = shape;
  if (bias && util.sizeFromShape(bias.shape) !== co) return replaced(args);
  const backend = args.backend as WasmBackend;
  const outShape = [n, ho, wo, co];
  const [from, weights] = [addressOf(backend, x), addressOf(backend, filter)];
  const output = outputAddress(backend, x);
  if (output === undefined) inputAddress.delete(filter.dataId);
  else inputAddress.set(filter.dataId, output);
  if ((attrs.activation ?? 'linear') === 'linear') {
    return produceLater(backend, outShape, Object.values(shape).join(), [[x, filter], bias], (y, epilogue) => {
      convolve(backend, shape, [from, weights, y], epilogue);
    });
  }
  const relu = attrs.activation === 'relu';
  return produce(backend, outShape, (y) => {
    convolve(backend, shape, [from, weights, y], { bias: bias ? addressOf(backend, bias) : 0, relu });
    if (!relu) finish(kernelsOf(backend), y, n * ho * wo * co);
  });
};

/**
 * Registers conv2d, its fused form and both its gradients, channels last, for all strides, paddings and dilations (an attribute `dilations`
 * is read where it is given; tfjs's own gradient never gives one).
 */
export function registerConvolutions(): void {
  replaceKernel('Conv2D', forward);
  replaceKernel('FusedConv2D', forward);
  replaceKernel('Conv2DBackpropFilter', backpropFilter);
  replaceKernel('Conv2DBackpropInput', backpropInput);
}

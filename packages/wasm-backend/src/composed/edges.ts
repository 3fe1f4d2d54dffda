import { backend_util, type KernelFunc, slice_util, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { identity } from './identity';

interface PoolAttrs {
  filterSize: number | [number, number];
  strides: number | [number, number];
  pad: 'valid' | 'same' | number;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/**
 * A pooling kernel that, as tfjs-backend-cpu does, returns x for windows of one pixel and an output as large as x, whatever
 * strides and padding say: the stock kernel leaves part of such an output unwritten.
 */
export const poolingOnePixel =
  (kernel: KernelFunc): KernelFunc =>
  (args) => {
    const x = args.inputs.x as TensorInfo;
    const { filterSize, strides, pad, dimRoundingMode } = args.attrs as unknown as PoolAttrs;
    const shape = x.shape as [number, number, number, number];
    const info = backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
    const onePixel = info.filterHeight === 1 && info.filterWidth === 1;
    return onePixel && util.arraysEqual(info.inShape, info.outShape) ? identity(args) : kernel(args);
  };

/** The stock slice, which reads past the end of x where it is told to. */
export const sliceWithin =
  (stock: KernelFunc): KernelFunc =>
  (args) => {
    const x = args.inputs.x as TensorInfo;
    const { begin, size } = args.attrs as unknown as { begin: number | number[]; size: number | number[] };
    const [from, extent] = slice_util.parseSliceParams(x as never, begin, size) as [number[], number[]];
    slice_util.assertParamsValid(x as never, from, extent);
    return stock(args);
  };

import { backend_util, type KernelFunc, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { gradientLater, outputAddress } from './deferredGradients';
import type { Windows } from './exports';
import { addressOf, produce, type WasmBackend } from './heap';
import { type Share, takesSums } from './imageSums';
import { type NativeKernel, replaceKernel } from './registry';
import { portions } from './shares';
import { type Part, runParts } from './threads';

type Pool2D = typeof backend_util.computePool2DInfo;

interface PoolAttrs {
  filterSize: Parameters<Pool2D>[1];
  strides: Parameters<Pool2D>[2];
  pad: Parameters<Pool2D>[4];
  dimRoundingMode?: Parameters<Pool2D>[5];
}

/** Output shape and windows; undefined where the kernels have no form: other dtypes, or windows wholly in the padding. */
function windowsOf(
  args: Parameters<KernelFunc>[0],
  x: TensorInfo,
): { outShape: number[]; windows: Windows } | undefined {
  if (x.dtype !== 'float32' || x.shape.length !== 4) return undefined;
  const { filterSize, strides, pad, dimRoundingMode } = args.attrs as unknown as PoolAttrs;
  const info = backend_util.computePool2DInfo(
    x.shape as [number, number, number, number],
    filterSize,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
  const { inHeight: h, inWidth: w, filterHeight: kh, filterWidth: kw, strideHeight: sh, strideWidth: sw } = info;
  const { top, left } = info.padInfo;
  const { outHeight: ho, outWidth: wo } = info;
  const outside = top >= kh || left >= kw || (ho - 1) * sh - top >= h || (wo - 1) * sw - left >= w;
  if (outside) return undefined;
  return {
    outShape: info.outShape,
    windows: [info.batchSize, h, w, info.inChannels, kh, kw, sh, sw, top, left, ho, wo],
  };
}

/** The images, one share per thread, with the distance in bytes to a share's first image. */
function shares(
  backend: WasmBackend,
  shape: number[],
  { outShape, windows }: { outShape: number[]; windows: Windows },
) {
  const [n, ...rest] = windows;
  const size = util.sizeFromShape(shape);
  return portions(backend, n, 1, 'pass', size).map(([first, last]) => ({
    windows: [last - first, ...rest] satisfies Windows,
    input: first * util.sizeFromShape(shape.slice(1)) * 4,
    output: first * util.sizeFromShape(outShape.slice(1)) * 4,
  }));
}

function forward(name: 'maxPool' | 'avgPool'): NativeKernel {
  return (args, replaced) => {
    const x = args.inputs.x!;
    const found = windowsOf(args, x);
    if (found === undefined) return replaced(args);
    const backend = args.backend as WasmBackend;
    return produce(backend, found.outShape, (y) => {
      const parts = shares(backend, x.shape, found).map(({ windows, input, output }): Part => {
        return [name, addressOf(backend, x) + input, y + output, ...windows];
      });
      runParts(backend, parts);
    });
  };
}

function gradient(name: 'maxPool' | 'avgPool'): NativeKernel {
  return (args, replaced) => {
    const { dy, input } = args.inputs as { dy: TensorInfo; input: TensorInfo };
    const found = dy.dtype === 'float32' ? windowsOf(args, input) : undefined;
    if (found === undefined) return replaced(args);
    const backend = args.backend as WasmBackend;
    const [x, from] = [addressOf(backend, input), addressOf(backend, dy)];
    const compute = (dx: number): void => {
      const parts = shares(backend, input.shape, found).map(({ windows, input, output }): Part => {
        if (name === 'avgPool') return ['avgPoolGrad', from + output, dx + input, ...windows];
        return ['maxPoolGrad', x + input, from + output, dx + input, ...windows];
      });
      runParts(backend, parts);
    };
    if (name === 'avgPool' || !takesSums(input.shape)) return produce(backend, input.shape, compute);
    const [, ...windows] = found.windows;
    const outBytes = util.sizeFromShape(found.outShape.slice(1)) * 4;
    const through = (dx: number, fill: (share: Share) => void): void =>
      fill((first, count, rows, columns, sums) => {
        const at = first * rows * columns * 4;
        return ['rectifiedPoolGrad', x + at, from + first * outBytes, dx + at, count, ...windows, sums];
      });
    return gradientLater(backend, input.shape, outputAddress(backend, input), [input, dy], [compute, through]);
  };
}

/**
 * Registers 2-D pooling and its gradients: NaN propagates, of equal maxima the first takes the gradient, and an average
 * counts only the pixels inside the image, in the gradient as in the value.
 */
export function registerPooling(): void {
  replaceKernel('MaxPool', forward('maxPool'));
  replaceKernel('MaxPoolGrad', gradient('maxPool'));
  replaceKernel('AvgPool', forward('avgPool'));
  replaceKernel('AvgPoolGrad', gradient('avgPool'));
}

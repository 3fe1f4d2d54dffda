import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { addressOf, produce, type WasmBackend } from './heap';
import { kernelsOf } from './module';
import { type NativeKernel, replaceKernel } from './registry';

/** `out[s] = Σ x[i]` over ids[i] = s; ids outside 0 … numSegments − 1 take no part. The gradient of gather and embedding. */
const segmentSum: NativeKernel = (args, replaced) => {
  const { x, segmentIds } = args.inputs as { x: TensorInfo; segmentIds: TensorInfo };
  const { numSegments } = args.attrs as unknown as { numSegments: number };
  const fits = segmentIds.shape.length === 1 && segmentIds.shape[0] === x.shape[0] && segmentIds.dtype === 'int32';
  if (!fits || x.dtype !== 'float32') return replaced(args);
  const backend = args.backend as WasmBackend;
  const kernels = kernelsOf(backend);
  const rest = x.shape.slice(1);
  const size = util.sizeFromShape(rest);
  return produce(backend, [numSegments, ...rest], (out) => {
    kernels.zero(out, numSegments * size * 4);
    kernels.segmentSum(addressOf(backend, x), addressOf(backend, segmentIds), x.shape[0]!, size, numSegments, out);
  });
};

/** Registers UnsortedSegmentSum along the first axis. */
export function registerSegmentSum(): void {
  replaceKernel('UnsortedSegmentSum', segmentSum);
}

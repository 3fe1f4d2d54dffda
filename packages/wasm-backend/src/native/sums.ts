import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { addressOf, findMemory, produce, type WasmBackend } from './heap';
import { columnSums } from './imageSums';
import { type NativeKernel, replaceKernel } from './registry';
import { ranges } from './shares';
import { type Part, runParts } from './threads';

/**
 * The reduced axes as one block [outer, middle, inner] of a shape, axes of length 1 left out; undefined where other axes
 * lie between them.
 */
export function reducedBlock(shape: number[], axes: number[]): [number, number, number] | undefined {
  const kept = shape
    .map((extent, axis) => ({ extent, reduced: axes.includes(axis) }))
    .filter(({ extent }) => extent !== 1);
  const first = kept.findIndex(({ reduced }) => reduced);
  if (first === -1) return [util.sizeFromShape(shape), 1, 1];
  let last = first;
  while (last < kept.length && kept[last]!.reduced) last++;
  if (kept.slice(last).some(({ reduced }) => reduced)) return undefined;
  const size = (part: typeof kept): number => part.reduce((product, { extent }) => product * extent, 1);
  return [size(kept.slice(0, first)), size(kept.slice(first, last)), size(kept.slice(last))];
}

function reduction(mean: boolean): NativeKernel {
  return (args, replaced) => {
    const x = args.inputs.x!;
    const { axis, keepDims } = args.attrs as unknown as { axis?: number | number[]; keepDims?: boolean };
    const axes = util.parseAxisParam(axis ?? x.shape.map((_, i) => i), x.shape);
    const block = x.dtype === 'float32' ? reducedBlock(x.shape, axes) : undefined;
    if (block === undefined) return replaced(args);
    const backend = args.backend as WasmBackend;
    const outShape = x.shape.flatMap((extent, i) => (axes.includes(i) ? (keepDims ? [1] : []) : [extent]));
    return produce(backend, outShape, (out) => {
      const [outer, middle, inner] = block;
      const divisor = mean ? middle : 1;
      const byImages = columnSums(backend, x, axes);
      if (byImages) {
        const { buffer } = findMemory(backend) as WebAssembly.Memory;
        new Float32Array(buffer, out, inner).set(byImages.map((sum) => sum / divisor));
        return;
      }
      const from = addressOf(backend, x);
      const size = outer * middle * inner;
      // One block is shared out by columns, a cache line each; no sum goes over threads, so it is the same on any number.
      const byColumns = outer === 1 && inner > 1;
      const shares = ranges(backend, byColumns ? inner : outer, byColumns ? 16 : 1, 'pass', size);
      const parts = shares.map(([first, last]): Part => {
        if (byColumns)
          return ['sumColumns', from + first * 4, middle, last - first, inner * 4, out + first * 4, divisor];
        const at = from + first * middle * inner * 4;
        return ['sumMiddle', at, last - first, middle, inner, out + first * inner * 4, divisor];
      });
      runParts(backend, parts);
    });
  };
}

/** Registers Sum and Mean of float32, added up in float64 and rounded once. */
export function registerSums(): void {
  replaceKernel('Sum', reduction(false));
  replaceKernel('Mean', reduction(true));
}

/** A second reference to the same values: kernels write to fresh tensors only. */
const reference = (args: Parameters<NativeKernel>[0]): TensorInfo => {
  const x = args.inputs.x!;
  (args.backend as WasmBackend).incRef(x.dataId);
  return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
};

/** Registers Identity, and Cast to the same dtype, which the stock kernels copy, as references. */
export function registerIdentity(): void {
  replaceKernel('Identity', (args, replaced) => (args.inputs.x!.dtype === 'string' ? replaced(args) : reference(args)));
  replaceKernel('Cast', (args, replaced) => {
    const { dtype } = args.attrs as unknown as { dtype: string };
    const from = args.inputs.x!.dtype;
    return from === dtype && from !== 'string' ? reference(args) : replaced(args);
  });
}

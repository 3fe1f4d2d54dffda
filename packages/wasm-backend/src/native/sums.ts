import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { addressOf, produce, type WasmBackend } from './heap';
import { kernelsOf } from './module';
import { type NativeKernel, replaceKernel } from './registry';

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
    const kernels = kernelsOf(backend);
    const outShape = x.shape.flatMap((extent, i) => (axes.includes(i) ? (keepDims ? [1] : []) : [extent]));
    return produce(backend, outShape, (out) => {
      kernels.sumMiddle(addressOf(backend, x), ...block, out, mean ? block[1] : 1);
    });
  };
}

/** Registers Sum and Mean of float32, added up in float64 and rounded once. */
export function registerSums(): void {
  replaceKernel('Sum', reduction(false));
  replaceKernel('Mean', reduction(true));
}

/** Registers Identity as a second reference to the same values: kernels write to fresh tensors only. */
export function registerIdentity(): void {
  replaceKernel('Identity', (args, replaced) => {
    const x = args.inputs.x!;
    if (x.dtype === 'string') return replaced(args);
    (args.backend as WasmBackend).incRef(x.dataId);
    return { dataId: x.dataId, shape: x.shape, dtype: x.dtype } satisfies TensorInfo;
  });
}

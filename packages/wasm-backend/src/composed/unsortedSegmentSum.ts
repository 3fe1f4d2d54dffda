import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { make, view } from './arrays';

/**
 * `y[i, …] = Σ x[j, …]` over all j with `segmentIds[j] = i`, summed in float64; ids outside `[0, numSegments)` are left
 * out. The gradient of gather and of embeddings needs it, and the stock backend has none.
 */
export const unsortedSegmentSum: KernelFunc = ({ inputs, backend, attrs }) => {
  const { x, segmentIds } = inputs as { x: TensorInfo; segmentIds: TensorInfo };
  const { numSegments } = attrs as unknown as { numSegments: number };
  const ids = view(backend, segmentIds);
  const values = view(backend, x);
  const outShape = [numSegments, ...x.shape.slice(segmentIds.shape.length)];
  const inner = outShape.slice(1).reduce((a, b) => a * b, 1);
  const sums = new Float64Array(numSegments * inner);
  for (let j = 0; j < ids.length; j++) {
    const id = ids[j]!;
    if (id < 0 || id >= numSegments) continue;
    for (let k = 0; k < inner; k++) sums[id * inner + k]! += values[j * inner + k]!;
  }
  const result = x.dtype === 'int32' ? Int32Array.from(sums) : Float32Array.from(sums);
  return make(backend, result, outShape, x.dtype === 'int32' ? 'int32' : 'float32');
};

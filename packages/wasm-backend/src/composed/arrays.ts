import { type BackendValues, type DataId, type DataType, type TensorInfo, util } from '@tensorflow/tfjs-core';

/** What the composed kernels use of a backend: tfjs-core's public interface, and the wasm backend's own. */
export interface DataBackend {
  readSync(dataId: DataId): BackendValues;
  write(values: BackendValues, shape: number[], dtype: DataType): DataId;
  disposeData(dataId: DataId, force?: boolean): boolean;
  incRef(dataId: DataId): void;
  typedArrayFromHeap(tensor: TensorInfo): Float32Array;
}

/** A tensor's values in place. They move when the heap grows: of no use once something has been allocated. */
export function view(backend: unknown, tensor: TensorInfo): Float32Array {
  return (backend as DataBackend).typedArrayFromHeap(tensor);
}

/** A fresh tensor with these values. */
export function make(
  backend: unknown,
  values: Float32Array | Int32Array,
  shape: number[],
  dtype: DataType,
): TensorInfo {
  util.assert(values.length === util.sizeFromShape(shape), () => `${values.length} values for shape [${shape}]`);
  return { dataId: (backend as DataBackend).write(values, shape, dtype), shape, dtype };
}

/** The types of numbers that IDX files hold. */
export type IdxDtype = 'uint8' | 'int8' | 'int16' | 'int32' | 'float32' | 'float64';
/** What an IDX file holds: its shape and its values, in the order of the file. */
export type IdxArray = Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;

interface IdxType {
  dtype: IdxDtype;
  bytes: number;
  read(view: DataView, offset: number, count: number): IdxArray;
}

/** The value types of IDX by their code. Bytes are copied; wider values are big-endian in the file. */
export const idxTypes: ReadonlyMap<number, IdxType> = new Map<number, IdxType>([
  [
    0x08,
    {
      dtype: 'uint8',
      bytes: 1,
      read: (view, offset, count) => new Uint8Array(view.buffer, view.byteOffset + offset, count).slice(),
    },
  ],
  [
    0x09,
    {
      dtype: 'int8',
      bytes: 1,
      read: (view, offset, count) => new Int8Array(view.buffer, view.byteOffset + offset, count).slice(),
    },
  ],
  [
    0x0b,
    {
      dtype: 'int16',
      bytes: 2,
      read: (view, offset, count) => Int16Array.from({ length: count }, (_, i) => view.getInt16(offset + 2 * i)),
    },
  ],
  [
    0x0c,
    {
      dtype: 'int32',
      bytes: 4,
      read: (view, offset, count) => Int32Array.from({ length: count }, (_, i) => view.getInt32(offset + 4 * i)),
    },
  ],
  [
    0x0d,
    {
      dtype: 'float32',
      bytes: 4,
      read: (view, offset, count) => Float32Array.from({ length: count }, (_, i) => view.getFloat32(offset + 4 * i)),
    },
  ],
  [
    0x0e,
    {
      dtype: 'float64',
      bytes: 8,
      read: (view, offset, count) => Float64Array.from({ length: count }, (_, i) => view.getFloat64(offset + 8 * i)),
    },
  ],
]);

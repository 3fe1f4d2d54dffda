import { describe, invalidArgument } from '@relumine/core';

const where = 'datasets/readNpy';

/** What an .npy file holds: its shape and its values in row-major order. */
export type NpyArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

/** A .npy file in memory: its values in their own type, row-major. */
export interface NpyFile {
  /** NumPy's name of the type, without byte order: `u1`, `f4`, … */
  dtype: string;
  shape: number[];
  data: NpyArray;
}

type Get = (view: DataView, offset: number, little: boolean) => number;

const types: Readonly<Record<string, [bytes: number, make: (length: number) => NpyArray, get: Get]>> = {
  b1: [1, (n) => new Uint8Array(n), (view, at) => view.getUint8(at)],
  u1: [1, (n) => new Uint8Array(n), (view, at) => view.getUint8(at)],
  i1: [1, (n) => new Int8Array(n), (view, at) => view.getInt8(at)],
  u2: [2, (n) => new Uint16Array(n), (view, at, little) => view.getUint16(at, little)],
  i2: [2, (n) => new Int16Array(n), (view, at, little) => view.getInt16(at, little)],
  u4: [4, (n) => new Uint32Array(n), (view, at, little) => view.getUint32(at, little)],
  i4: [4, (n) => new Int32Array(n), (view, at, little) => view.getInt32(at, little)],
  f4: [4, (n) => new Float32Array(n), (view, at, little) => view.getFloat32(at, little)],
  f8: [8, (n) => new Float64Array(n), (view, at, little) => view.getFloat64(at, little)],
  // NumPy's own default for whole numbers, so that labels need no cast; beyond 2⁵³ they would lose digits.
  i8: [8, (n) => new Float64Array(n), (view, at, little) => Number(view.getBigInt64(at, little))],
};

const problem = (rule: string, received: string, wayOut?: string): Error =>
  invalidArgument({ where, argument: 'bytes', rule, received, ...(wayOut ? { wayOut } : {}) });

function headerOf(file: Uint8Array): { text: string; start: number } {
  const magic = String.fromCharCode(...file.subarray(0, 6));
  if (magic !== '\u0093NUMPY') throw problem('must be a .npy file, which starts with \\x93NUMPY', describe(magic));
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const long = file[6]! >= 2;
  if (file.length < 12) throw problem('must have a whole header', `${file.length} bytes`, 'It is truncated.');
  const length = long ? view.getUint32(8, true) : view.getUint16(8, true);
  const start = (long ? 12 : 10) + length;
  if (start > file.length)
    throw problem(`must have a header of ${start} bytes`, `${file.length} bytes`, 'It is truncated.');
  return { text: new TextDecoder().decode(file.subarray(start - length, start)), start };
}

/**
 * Reads a .npy file of NumPy, versions 1 to 3: booleans, integers and floats in C order.
 *
 * @param bytes the whole file
 * @returns dtype, shape and a fresh typed array
 * @throws TypeError for anything but bytes; RangeError for another format, type or order, and for a file whose length is
 *   not what its header says
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export function readNpy(bytes: Uint8Array): NpyFile {
  if (!(bytes instanceof Uint8Array))
    throw invalidArgument({
      where,
      argument: 'bytes',
      rule: 'must be a Uint8Array',
      received: describe(bytes),
      type: TypeError,
    });
  const { text, start } = headerOf(bytes);
  const descr = /'descr':\s*'([<>|=])(\w+)'/.exec(text);
  const order = /'fortran_order':\s*(True|False)/.exec(text);
  const axes = /'shape':\s*\(([\d,\s]*)\)/.exec(text);
  if (!descr || !order || !axes) throw problem('must have a header with descr, fortran_order and shape', text.trim());
  const type = types[descr[2]!];
  if (!type)
    throw problem(`must hold ${Object.keys(types).join(', ')}`, descr[2]!, 'Cast it: array.astype("float32").');
  if (order[1] === 'True')
    throw problem('must be in C order', 'Fortran order', 'Save numpy.ascontiguousarray(array) instead.');
  const shape = (axes[1]!.match(/\d+/g) ?? []).map(Number);
  const [size, make, get] = type;
  const count = shape.reduce((product, length) => product * length, 1);
  if (bytes.length !== start + count * size)
    throw problem(
      `must have ${start + count * size} bytes for ${descr[2]}[${shape.join(', ')}]`,
      `${bytes.length} bytes`,
      bytes.length < start + count * size ? 'It is truncated.' : 'It is corrupt.',
    );
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, count * size);
  const data = make(count);
  for (let i = 0; i < count; i++) data[i] = get(view, i * size, descr[1] !== '>');
  return { dtype: descr[2]!, shape, data };
}

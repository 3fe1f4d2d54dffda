import { describe, invalidArgument } from '@relumine/core';
import { type IdxArray, type IdxDtype, idxTypes } from './types';

const where = 'datasets/readIdx';

/** An IDX file in memory: its values in their own type, row-major. */
export interface IdxFile {
  dtype: IdxDtype;
  shape: number[];
  data: IdxArray;
}

const problem = (rule: string, received: string, wayOut?: string): Error =>
  invalidArgument({ where, argument: 'bytes', rule, received, ...(wayOut ? { wayOut } : {}) });

function asBytes(bytes: unknown): Uint8Array {
  if (ArrayBuffer.isView(bytes)) return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes instanceof ArrayBuffer) return new Uint8Array(bytes);
  throw invalidArgument({
    where,
    argument: 'bytes',
    rule: 'must be a Uint8Array or an ArrayBuffer',
    received: describe(bytes),
    type: TypeError,
  });
}

/**
 * Reads an IDX file, the format of MNIST: two zero bytes, a type code, the number of axes, each axis as a big-endian
 * 32-bit integer, then the values, big-endian and row-major.
 *
 * @param bytes the whole file, not compressed
 * @returns dtype (`uint8`, `int8`, `int16`, `int32`, `float32`, `float64`), shape and a fresh typed array
 * @throws TypeError for anything but bytes; RangeError for a wrong header, and for a file that is shorter or longer than
 *   its header says
 * @see LeCun, Cortes, Burges: The MNIST database of handwritten digits
 *
 * @example
 * readIdx(new Uint8Array([0, 0, 8, 1, 0, 0, 0, 2, 7, 9])); // { dtype: 'uint8', shape: [2], data: Uint8Array [7, 9] }
 */
export function readIdx(bytes: Uint8Array | ArrayBuffer): IdxFile {
  const file = asBytes(bytes);
  const start = [...file.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  if (file[0] === 0x1f && file[1] === 0x8b)
    throw problem('must be an IDX file', 'a gzip file', 'Decompress it first: new DecompressionStream("gzip").');
  if (file.length < 4) throw problem('must be an IDX file of 4 bytes or more', `${file.length} bytes`);
  if (file[0] !== 0 || file[1] !== 0) throw problem('must be an IDX file, which starts with 00 00', start);
  const type = idxTypes.get(file[2]!);
  if (!type) throw problem('must have the type code 08, 09, 0b, 0c, 0d or 0e in its third byte', start);
  const axes = file[3]!;
  const header = 4 + 4 * axes;
  if (file.length < header)
    throw problem(`must have a header of ${header} bytes for ${axes} axes`, `${file.length} bytes`, 'It is truncated.');
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const shape = Array.from({ length: axes }, (_, i) => view.getUint32(4 + 4 * i));
  const count = shape.reduce((product, length) => product * length, 1);
  const expected = header + count * type.bytes;
  if (file.length !== expected) {
    const wayOut =
      file.length < expected ? 'It is truncated: get the file again.' : 'It is corrupt: get the file again.';
    throw problem(`must have ${expected} bytes for ${type.dtype}[${shape.join(', ')}]`, `${file.length} bytes`, wayOut);
  }
  return { dtype: type.dtype, shape, data: type.read(view, header, count) };
}

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readIdx } from './readIdx';

const file = (code: number, shape: number[], write: (view: DataView) => unknown, bytes: number): Uint8Array => {
  const header = 4 + 4 * shape.length;
  const view = new DataView(new ArrayBuffer(header + bytes));
  view.setUint8(2, code);
  view.setUint8(3, shape.length);
  for (const [i, length] of shape.entries()) view.setUint32(4 + 4 * i, length);
  write(new DataView(view.buffer, header));
  return new Uint8Array(view.buffer);
};

describe('readIdx', () => {
  test.each([
    ['uint8', 0x08, 1, [0, 200], (v: DataView, i: number, x: number) => v.setUint8(i, x)],
    ['int8', 0x09, 1, [-128, 127], (v: DataView, i: number, x: number) => v.setInt8(i, x)],
    ['int16', 0x0b, 2, [-32768, 258], (v: DataView, i: number, x: number) => v.setInt16(2 * i, x)],
    ['int32', 0x0c, 4, [-2147483648, 16909060], (v: DataView, i: number, x: number) => v.setInt32(4 * i, x)],
    ['float32', 0x0d, 4, [-0, Number.NaN], (v: DataView, i: number, x: number) => v.setFloat32(4 * i, x)],
    ['float64', 0x0e, 8, [5e-324, -1 / 3], (v: DataView, i: number, x: number) => v.setFloat64(8 * i, x)],
  ])('%s is big-endian', (dtype, code, bytes, values, set) => {
    const read = readIdx(
      file(code, [1, 2], (view) => [...values.entries()].map(([i, x]) => set(view, i, x)), 2 * bytes),
    );
    expect(read).toMatchObject({ dtype, shape: [1, 2] });
    expect([...read.data]).toEqual(values);
  });

  test('reads a view into a larger buffer, an ArrayBuffer, and empty axes; the values are a copy', () => {
    const bytes = new Uint8Array([9, 9, 0, 0, 8, 1, 0, 0, 0, 2, 3, 4, 9]);
    const read = readIdx(bytes.subarray(2, 12));
    expect([...read.data]).toEqual([3, 4]);
    bytes.fill(0);
    expect([...read.data]).toEqual([3, 4]);
    expect(readIdx(new Uint8Array([0, 0, 8, 1, 0, 0, 0, 0]).buffer)).toEqual({
      dtype: 'uint8',
      shape: [0],
      data: new Uint8Array(),
    });
  });

  test('says what is wrong with a file', () => {
    const good = [0, 0, 8, 1, 0, 0, 0, 2, 3, 4];
    const message = (bytes: number[]) => () => readIdx(new Uint8Array(bytes));
    expect(message(good.slice(0, 9))).toThrow(
      '[relumine/datasets/readIdx] `bytes` must have 10 bytes for uint8[2]. Received: 9 bytes. It is truncated: get the file again.',
    );
    expect(message([...good, 0])).toThrow('Received: 11 bytes. It is corrupt');
    expect(message(good.slice(0, 6))).toThrow('must have a header of 8 bytes for 1 axes. Received: 6 bytes');
    expect(message([])).toThrow('of 4 bytes or more. Received: 0 bytes');
    expect(message([0, 1, 8, 1])).toThrow('starts with 00 00. Received: 00 01 08 01');
    expect(message([0, 0, 10, 1])).toThrow('type code');
    expect(message([0x1f, 0x8b, 8, 0])).toThrow('a gzip file. Decompress it first');
    // The product of the axes is beyond any memory: still an error about the file, not an allocation.
    expect(message([0, 0, 8, 3, ...Array(12).fill(255)])).toThrow(RangeError);
    expect(() => readIdx('bytes' as never)).toThrow(TypeError);
  });

  test('any cut of a valid file is refused', () => {
    const cases = fc.tuple(
      fc.constantFrom(0x08, 0x0b, 0x0e),
      fc.uint8Array({ minLength: 8, maxLength: 64 }),
      fc.integer({ min: 1 }),
    );
    fc.assert(
      fc.property(cases, ([code, payload, cut]) => {
        const bytes = { 8: 1, 11: 2, 14: 8 }[code]!;
        const count = Math.floor(payload.length / bytes);
        const whole = file(
          code,
          [count],
          (view) => {
            for (let i = 0; i < count * bytes; i++) view.setUint8(i, payload[i]!);
          },
          count * bytes,
        );
        expect(readIdx(whole).data).toHaveLength(count);
        expect(() => readIdx(whole.subarray(0, whole.length - 1 - (cut % whole.length)))).toThrow(RangeError);
      }),
    );
  });
});

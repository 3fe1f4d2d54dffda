import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { arrayFiles, readNpy } from '../files';

/** A .npy file as numpy.save writes it: the header padded to a multiple of 64. */
function npy(descr: string, shape: number[], bytes: Uint8Array, fortran = false): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const dict = `{'descr': '${descr}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': ${tuple}, }`;
  const text = `${dict.padEnd(64 * Math.ceil((dict.length + 11) / 64) - 11)}\n`;
  const head = [0x93, ...Buffer.from('NUMPY'), 1, 0, text.length & 255, text.length >> 8, ...Buffer.from(text)];
  return Uint8Array.from([...head, ...bytes]);
}

const bytesOf = (array: Float32Array | Float64Array | BigInt64Array): Uint8Array => new Uint8Array(array.buffer);

describe('readNpy', () => {
  test('reads types, byte orders and shapes', () => {
    expect(readNpy(npy('|u1', [2, 3], Uint8Array.of(1, 2, 3, 4, 5, 255)))).toEqual({
      dtype: 'u1',
      shape: [2, 3],
      data: Uint8Array.of(1, 2, 3, 4, 5, 255),
    });
    expect(readNpy(npy('<f4', [2], bytesOf(Float32Array.of(0.1, Number.NaN)))).data).toEqual(
      Float32Array.of(0.1, Number.NaN),
    );
    expect(readNpy(npy('>i2', [2], Uint8Array.of(255, 254, 1, 2))).data).toEqual(Int16Array.of(-2, 258));
    expect(readNpy(npy('<i8', [2], bytesOf(BigInt64Array.of(7n, -1n)))).data).toEqual(Float64Array.of(7, -1));
    expect(readNpy(npy('<f8', [], bytesOf(Float64Array.of(Math.PI)))).data).toEqual(Float64Array.of(Math.PI));
    expect(readNpy(npy('|u1', [0, 4], new Uint8Array())).shape).toEqual([0, 4]);
  });

  test.each([
    [new Uint8Array([1, 2, 3]), 'must be a .npy file'],
    [npy('|u1', [4], Uint8Array.of(1, 2)), 'It is truncated.'],
    [npy('|u1', [1], Uint8Array.of(1, 2)), 'It is corrupt.'],
    [npy('<c8', [1], new Uint8Array(8)), 'must hold b1, u1'],
    [npy('<f4', [1, 1], new Uint8Array(4), true), 'must be in C order'],
    [npy('|u1', [4], Uint8Array.of(1)).subarray(0, 20), 'must have a header of'],
  ])('refuses %#', (bytes, message) => {
    expect(() => readNpy(bytes)).toThrow(message);
  });
  test('refuses what is no bytes', () => {
    expect(() => readNpy('x' as never)).toThrow(
      new TypeError('[relumine/datasets/readNpy] `bytes` must be a Uint8Array. Received: "x".'),
    );
  });
});

describe('arrayFiles', () => {
  let path = '';
  beforeAll(async () => {
    path = await mkdtemp(join(tmpdir(), 'relumine-arrays-'));
    await writeFile(join(path, 'x.npy'), npy('<f4', [3, 1, 2], bytesOf(Float32Array.of(0, 1, 0.5, 0.25, 1, 0))));
    await writeFile(join(path, 'y.npy'), npy('<i8', [3], bytesOf(BigInt64Array.of(2n, 0n, 1n))));
    await writeFile(join(path, 'wild.npy'), npy('<f4', [3, 1, 2], bytesOf(Float32Array.of(0, 1, 2, 0, 0, 0))));
    await writeFile(join(path, 'minus.npy'), npy('<i8', [3], bytesOf(BigInt64Array.of(2n, -1n, 1n))));
    const idx = Uint8Array.from([0, 0, 8, 1, 0, 0, 0, 3, 1, 1, 0]);
    await writeFile(join(path, 'labels.gz'), gzipSync(idx));
  });
  afterAll(() => rm(path, { recursive: true }));

  test('floats become bytes; files of both kinds go together; limit keeps the first', async () => {
    const data = await arrayFiles({ path, images: 'x.npy', labels: 'y.npy' });
    expect(data).toMatchObject({ length: 3, shape: [1, 2, 1], classes: 3, classNames: ['0', '1', '2'] });
    expect([[...data.images], [...data.labels]]).toEqual([
      [0, 255, 128, 64, 255, 0],
      [2, 0, 1],
    ]);
    const mixed = await arrayFiles({ path, images: 'x.npy', labels: 'labels', limit: 2, classNames: ['no', 'yes'] });
    expect([mixed.length, [...mixed.labels], mixed.classNames]).toEqual([2, [1, 1], ['no', 'yes']]);
  });

  test.each([
    [
      { images: 'wild.npy', labels: 'y.npy' },
      '`images` must hold floats from 0 to 1 (wild.npy). Received: 2 at index 2.',
    ],
    [{ images: 'y.npy', labels: 'y.npy' }, '`images` must be [count, height, width]'],
    [{ images: 'x.npy', labels: 'x.npy' }, '`labels` must be [3], one for each image. Received: f4[3, 1, 2].'],
    [{ images: 'x.npy', labels: 'minus.npy' }, '`labels` must be whole numbers from 0 to 2. Received: -1 at index 1.'],
    [
      { images: 'x.npy', labels: 'y.npy', classNames: ['a', 'b'] },
      '`labels` must be whole numbers from 0 to 1. Received: 2',
    ],
    [{ images: 'none.npy', labels: 'y.npy' }, 'must be a folder with the file none.npy'],
  ])('refuses %j', async (files, message) => {
    await expect(arrayFiles({ path, ...files })).rejects.toThrow(message);
  });
});

import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { gather, splitDigits, testSize, trainSize } from './digits';

const bytes = new Uint8Array(gunzipSync(readFileSync(new URL('../assets/digits.bin', import.meta.url))));

test('the file holds MNIST in its order: the first training digits are 5 0 4 1 9, the first test digits 7 2 1 0 4', () => {
  const { train, test: held } = splitDigits(bytes);
  expect([...train.labels.subarray(0, 5)]).toEqual([5, 0, 4, 1, 9]);
  expect([...held.labels.subarray(0, 5)]).toEqual([7, 2, 1, 0, 4]);
  expect(train.labels.length).toBe(trainSize);
  expect(held.labels.length).toBe(testSize);
});

test('a batch holds pixels in [0, 1] and one-hot labels', () => {
  const { train } = splitDigits(bytes);
  const { pixels, labels } = gather(train, [1, 0]);
  expect(Math.max(...pixels)).toBe(1);
  expect(Math.min(...pixels)).toBe(0);
  expect([...labels]).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
});

test('a file of another size is named as missing', () => {
  expect(() => splitDigits(bytes.subarray(1))).toThrow('digits.bin');
});

import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { classesOf, splitOwn } from './ownImages';
import { packedDigits, packedFashion, splitImages } from './packedImages';
import { planarData } from './planarData';
import { gather } from './trainingData';

const unpack = (file: string): Uint8Array =>
  new Uint8Array(gunzipSync(readFileSync(new URL(`../../assets/${file}`, import.meta.url))));

describe('packed images', () => {
  test('digits are MNIST in its order: the first to train on are 5 0 4 1 9, the first to test on 7 2 1 0 4', () => {
    const { train, test: held } = splitImages(unpack('digits.bin'), packedDigits);
    expect([...train.labels.subarray(0, 5)]).toEqual([5, 0, 4, 1, 9]);
    expect([...held.labels.subarray(0, 5)]).toEqual([7, 2, 1, 0, 4]);
    expect([train.labels.length, held.labels.length]).toEqual([4000, 1000]);
  });

  test('clothes are Fashion-MNIST in its order: boot, T-shirt, T-shirt, dress, T-shirt; boot, pullover, trousers', () => {
    const { train, test: held, classes } = splitImages(unpack('fashion.bin'), packedFashion);
    expect([...train.labels.subarray(0, 5)].map((label) => classes[label])).toEqual([
      'Boot',
      'T-shirt',
      'T-shirt',
      'Dress',
      'T-shirt',
    ]);
    expect([...held.labels.subarray(0, 4)]).toEqual([9, 2, 1, 1]);
    expect([train.labels.length, held.labels.length]).toEqual([3200, 800]);
  });

  test('a file of another size is named as missing', () => {
    expect(() => splitImages(unpack('digits.bin').subarray(1), packedDigits)).toThrow('digits.bin');
  });

  test('a batch holds pixels in [0, 1] and one-hot labels', () => {
    const { train } = splitImages(unpack('digits.bin'), packedDigits);
    const { values, labels } = gather(train, [1, 0], 784, 10);
    expect(Math.max(...values)).toBe(1);
    expect(Math.min(...values)).toBe(0);
    expect([...labels]).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
  });
});

describe('points of the plane', () => {
  test.each(['circles', 'spirals'] as const)(
    '%s: equal seeds, equal points; both classes alike; inside the surface',
    (name) => {
      const data = planarData(name, 4);
      expect(planarData(name, 4)).toEqual(data);
      expect(planarData(name, 5).train.values).not.toEqual(data.train.values);
      expect(data.train.labels.reduce((sum, label) => sum + label, 0)).toBe(data.train.labels.length / 2);
      expect(Math.max(...data.train.values.map(Math.abs))).toBeLessThan(1.2);
    },
  );

  test('circles are told apart by their radius', () => {
    const { train } = planarData('circles', 1);
    train.labels.forEach((label, i) => {
      expect(Math.hypot(train.values[2 * i]!, train.values[2 * i + 1]!) > 0.6).toBe(label === 1);
    });
  });

  test('values are taken as they are, not as bytes', () => {
    const { train } = planarData('circles', 1);
    expect([...gather(train, [3], 2, 2).values]).toEqual([...train.values.slice(6, 8)]);
  });
});

describe('your own images', () => {
  test.each([
    [
      ['cats/tom.png', 'dogs/rex.png'],
      ['cats', 'dogs'],
    ],
    [
      ['pets/cat_01.png', 'pets/dog-2.jpg'],
      ['cat', 'dog'],
    ],
    [
      ['cat 3.webp', 'black cat-4.png', '7.png'],
      ['cat', 'black cat', '7'],
    ],
    [
      ['a/cats/1.png', 'a/dogs/1.png', 'a/dogs/2.png'],
      ['cats', 'dogs', 'dogs'],
    ],
  ])('%j are of the classes %j', (paths, classes) => {
    expect(classesOf(paths)).toEqual(classes);
  });

  const images = (labels: string[]) => labels.map((label, i) => ({ label, values: new Uint8Array(784).fill(i) }));

  test('each class is in both parts, and no image in two', () => {
    const { train, test: held, classes } = splitOwn(images([...'aaaaaabbbbbb']), 1);
    expect(classes).toEqual(['a', 'b']);
    expect(new Set(train.labels)).toEqual(new Set([0, 1]));
    expect(new Set(held.labels)).toEqual(new Set([0, 1]));
    const all = [train, held].flatMap((part) => [...part.labels.keys()].map((i) => part.values[784 * i]));
    expect([...all].sort((a, b) => a! - b!)).toEqual([...Array(12).keys()]);
  });

  test.each([
    [[], '0 pictures of 0 classes'],
    [[...'aaaaaaaaaa'], '10 pictures of 1 class'],
    [[...'aabb'], '4 pictures of 2 classes'],
    [Array.from({ length: 30 }, (_, i) => `c${i}`), '30 classes; 20 are the most'],
  ])('too few or too many are said: %j', (labels, words) => {
    expect(() => splitOwn(images(labels), 1)).toThrow(words);
  });
});

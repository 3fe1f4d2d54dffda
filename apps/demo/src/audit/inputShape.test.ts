import { expect, test } from 'vitest';
import { imageInput } from './inputShape';

const fallback = { width: 40, height: 30 };

test.each([
  [[null, 28, 28, 1], { height: 28, width: 28, channels: 1, sample: [28, 28, 1] }],
  [[-1, null, null, 3], { height: 30, width: 40, channels: 3, sample: [30, 40, 3] }],
  [[null, 784], { height: 28, width: 28, channels: 1, sample: [784] }],
  [[null, 3072], { height: 32, width: 32, channels: 3, sample: [3072] }],
])('%j takes images', (shape, expected) => {
  expect(imageInput(shape, fallback)).toEqual(expected);
});

test.each([[[null, 28, 28, 2]], [[null, 10]], [[null, 5, 5]], [[null, 0, 8, 1]], [undefined], [[null, null]]])(
  '%j takes none',
  (shape) => {
    expect(() => imageInput(shape, fallback)).toThrow('inputShape');
  },
);

test('an input of gigabytes is refused', () => {
  expect(() => imageInput([null, 1e5, 1e5, 3], fallback)).toThrow('inputTooLarge');
});

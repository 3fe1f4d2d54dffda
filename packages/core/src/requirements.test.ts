import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { expect, test } from 'vitest';
import { invalidArgument } from './errors';
import { decodeNumber, encodeNumber } from './jsonNumber';
import { nearestName } from './nearestName';
import { requireFinite, requireObject, requireOneOf, requirePositiveInteger } from './requirements';
import { requireFloat32Tensor, requireRank } from './tensorRequirements';

test('an error names package, function, argument, rule, value and way out', () => {
  const error = invalidArgument({
    where: 'spectral-norm/powerIteration',
    argument: 'kernel',
    rule: 'must have rank 2 or more',
    received: 'shape [3]',
    wayOut: 'Reshape it first.',
  });
  expect(error).toBeInstanceOf(RangeError);
  expect(error.message).toBe(
    '[relumine/spectral-norm/powerIteration] `kernel` must have rank 2 or more. Received: shape [3]. Reshape it first.',
  );
});

test('tensors are checked by kind, dtype, rank and life', () => {
  const int = tf.tensor1d([1, 2], 'int32');
  expect(() => requireFloat32Tensor('x/y', 'z', int)).toThrow(
    "[relumine/x/y] `z` must be a float32 tensor. Received: int32[2]. Cast it first: tf.cast(x, 'float32').",
  );
  expect(() => requireFloat32Tensor('x/y', 'z', [1, 2])).toThrow('`z` must be a tensor. Received: [1, 2].');
  expect(() => requireRank('x/y', 'z', int, [2, 4])).toThrow('`z` must have rank 2 or 4. Received: shape [2]');
  int.dispose();
  expect(() => requireFloat32Tensor('x/y', 'z', int)).toThrow(
    '`z` must not be disposed. Received: int32[2], disposed.',
  );
});

test('numbers are checked by kind and range', () => {
  expect(() => requireFinite('x/y', 'rate', -1, { min: 0, max: 1 })).toThrow(
    '`rate` must be a finite number of at least 0 and of at most 1. Received: -1.',
  );
  expect(() => requireFinite('x/y', 'rate', 0, { min: 0, exclusive: true })).toThrow(
    'a finite number above 0. Received: 0.',
  );
  expect(() => requireFinite('x/y', 'rate', Number.NaN)).toThrow('must be a finite number. Received: NaN.');
  expect(() => requireFinite('x/y', 'rate', '1')).toThrow('must be a number. Received: "1".');
  expect(() => requirePositiveInteger('x/y', 'epochs', 1.5)).toThrow('an integer of at least 1. Received: 1.5.');
});

test('options are an object', () => {
  for (const value of [undefined, null, 3, 'x'])
    expect(() => requireObject('x/y', 'options', value)).toThrow(
      `[relumine/x/y] \`options\` must be an object. Received: ${value === 'x' ? '"x"' : value}.`,
    );
  expect(() => requireObject('x/y', 'options', {})).not.toThrow();
});

test('an unknown name is answered by the nearest known one', () => {
  const known = ['relu', 'leakyRelu', 'elu', 'sigmoid'] as const;
  expect(() => requireOneOf('x/y', 'name', 'leaky_relu', known)).toThrow("Did you mean 'leakyRelu'?");
  expect(nearestName('sigmiod', known)).toBe('sigmoid');
  expect(nearestName('zzzzzz', known)).toBeUndefined();
});

test('numbers that JSON lacks survive it', () => {
  for (const value of [0, -0.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
    expect(decodeNumber(JSON.parse(JSON.stringify(encodeNumber(value))))).toBe(value);
});

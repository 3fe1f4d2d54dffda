import { expect, test } from 'vitest';
import { defaultChoices, readChoices, writeChoices } from './choices';

test('a link keeps the choices; defaults are left out', () => {
  expect(writeChoices(defaultChoices)).toBe('');
  expect(readChoices('')).toEqual(defaultChoices);
  const choices = { ...defaultChoices, activation: 'elu', learningRate: 0.001, normalization: 'batch', seed: 7 };
  expect(writeChoices(choices)).toBe('?activation=elu&learningRate=0.001&normalization=batch&seed=7');
  expect(readChoices(writeChoices(choices))).toEqual(choices);
});

test('what a link cannot mean is the default', () => {
  const hostile = '?activation=%3Cscript%3E&learningRate=1e99&normalization=layer&seed=-1&initializer=../x';
  expect(readChoices(hostile)).toEqual(defaultChoices);
});

import { expect, test } from 'vitest';
import { channels } from './colours';

test('colours are read as a style sheet or its minifier writes them', () => {
  expect(channels('#0072b2')).toEqual([0, 114, 178]);
  expect(channels('#fff')).toEqual([255, 255, 255]);
  expect(channels('#1a2')).toEqual([17, 170, 34]);
});

import { expect, test } from 'vitest';
import { side, toDigit } from './toDigit';

const size = 140;

/** A drawing with a filled box. */
function box(left: number, top: number, width: number, height: number): Uint8Array {
  const ink = new Uint8Array(size * size);
  for (let y = top; y < top + height; y++) ink.fill(255, y * size + left, y * size + left + width);
  return ink;
}

function centre(digit: Float32Array): [number, number] {
  let [mass, x, y] = [0, 0, 0];
  digit.forEach((value, i) => {
    mass += value;
    x += value * ((i % side) + 0.5);
    y += value * (Math.floor(i / side) + 0.5);
  });
  return [x / mass, y / mass];
}

test('where and how large a digit is drawn makes no difference', () => {
  const here = toDigit(box(10, 5, 20, 60), size);
  expect(toDigit(box(100, 70, 20, 60), size)).toEqual(here);
  expect(toDigit(box(0, 0, 40, 120), size)).toEqual(here);
});

test('it fits 20 × 20, keeps its proportions, and its mass is in the middle', () => {
  const digit = toDigit(box(3, 3, 30, 90), size);
  const rows = Array.from({ length: side }, (_, y) => digit.subarray(y * side, (y + 1) * side).some((v) => v > 0));
  const columns = Array.from({ length: side }, (_, x) => rows.some((_, y) => digit[y * side + x]! > 0));
  expect(rows.filter(Boolean)).toHaveLength(20);
  expect(columns.filter(Boolean)).toHaveLength(7);
  expect(Math.max(...digit)).toBe(1);

  const lopsided = box(10, 10, 10, 100);
  for (let y = 90; y < 110; y++) lopsided.fill(255, y * size + 10, y * size + 90);
  for (const c of centre(toDigit(lopsided, size))) expect(Math.abs(c - side / 2)).toBeLessThanOrEqual(0.5);
});

test('nothing drawn is all 0, a dot is not, and faint ink stays faint', () => {
  expect(toDigit(new Uint8Array(size * size), size).every((value) => value === 0)).toBe(true);
  expect(toDigit(box(70, 70, 1, 1), size).some((value) => value === 1)).toBe(true);
  const faint = box(20, 20, 40, 40).map((value) => (value === 0 ? 0 : 51));
  expect(Math.max(...toDigit(faint, size))).toBeCloseTo(0.2, 5);
});

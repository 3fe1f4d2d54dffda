import { expect, test } from 'vitest';
import { backwardGain, forwardGain, gain } from '../index';

/** By another quadrature; selu's and hardtanh's backward gain by their closed forms. */
const table: [Parameters<typeof gain>, number, number?][] = [
  [['relu'], 1.414214, 1.414214],
  [['leakyRelu'], 1.414143],
  [['prelu'], 1.371989],
  [['elu'], 1.245198, 1.223429],
  [['celu', { alpha: 2 }], 1.155192, 1.145889],
  [['selu'], 1, 0.966026],
  [['gelu'], 1.53353, 1.481114],
  [['gelu', { approximate: 'tanh' }], 1.533581, 1.481168],
  [['silu'], 1.676532, 1.62332],
  [['mish'], 1.486848, 1.444755],
  [['softplus'], 1.041867, 1.846229],
  [['hardswish'], 1.736657, 1.670076],
  [['hardtanh'], 1.392036, 1.210287],
  [['tanh'], 1.592537, 1.467414],
  [['sigmoid'], 1.846229, 4.722646],
  [['softsign'], 2.337533, 2.095781],
];

test.each(table)('%j: forward and backward gains by quadrature', (args, forward, backward) => {
  expect(forwardGain(...args)).toBeCloseTo(forward, 6);
  if (backward !== undefined) expect(backwardGain(...args)).toBeCloseTo(backward, 6);
});

test('gain is PyTorch’s calculate_gain where it tabulates one', () => {
  expect(gain('tanh')).toBe(5 / 3);
  expect(gain('selu')).toBe(0.75);
  expect(gain('sigmoid')).toBe(1);
  expect(gain('linear')).toBe(1);
  expect(gain('relu')).toBe(Math.SQRT2);
  expect(gain('leakyRelu', { negativeSlope: 0.2 })).toBe(Math.sqrt(2 / 1.04));
  expect(gain('elu')).toBe(forwardGain('elu'));
});

test('functions that jump are integrated to their jumps', () => {
  // E z² over |z| > λ: 2 (λ φ(λ) + Φ(−λ)) at λ = 0.5
  expect(1 / forwardGain('hardshrink') ** 2).toBeCloseTo(0.9691404, 6);
  expect(1 / forwardGain('crelu') ** 2).toBeCloseTo(0.5, 12);
  expect(1 / backwardGain('relu6') ** 2).toBeCloseTo(0.5, 8);
});

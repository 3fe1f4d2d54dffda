import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { activationCodes } from './activationCodes';
import { firingWindows } from './firingWindows';
import type { WasmBackend } from './heap';
import { builds, startNative } from './support.testing';

describe.each(builds)('$name', ({ relaxedSimd }) => {
  beforeAll(() => startNative(relaxedSimd));

  const windowsOf = (name: string, epsilon: number): readonly number[] | undefined => {
    const code = activationCodes[name]!;
    const [a, b] = code.parameters?.({}) ?? [0, 0];
    return firingWindows(tf.backend() as unknown as WasmBackend, [code.op({}), a, b, epsilon]);
  };

  test.each(Object.keys(activationCodes))('%s fires inside its windows and nowhere else', (name) => {
    // Without ε, a slope that dips to 0 does so at one point.
    for (const epsilon of [0, 1e-3]) {
      const windows = windowsOf(name, epsilon)!;
      expect(windows.length % 2).toBe(0);
      expect([...windows].sort((a, b) => a - b)).toEqual(windows);
      const random = tf.randomNormal([20_000], 0, 6, 'float32', 7);
      const dip = tf.linspace(-0.8, -0.7, 1000);
      const z = tf.concat([random, dip, tf.tensor1d([-1 / 0, 1 / 0, 0, -0, 3, -3, 6, Number.NaN])]) as tf.Tensor1D;
      const attrs = { min: -1, max: 1 };
      const kernel = `Relumine${name[0]!.toUpperCase()}${name.slice(1)}Grad`;
      const slope = tf.engine().runKernel(kernel, { dy: tf.onesLike(z), x: z }, attrs) as tf.Tensor;
      const [values, slopes] = [z.dataSync(), slope.dataSync()];
      const wrong = [...values].filter((x, i) => {
        const inside = [0, 2].some((w) => x >= windows[w]! && x <= windows[w + 1]!);
        // At a bound itself, the derivative's last digit decides.
        if (windows.some((bound) => Math.abs(x - bound) <= 1e-5 * Math.abs(bound))) return false;
        return inside !== Math.abs(slopes[i]!) > Math.fround(epsilon);
      });
      expect(wrong).toEqual([]);
      tf.dispose([random, dip, z, slope]);
    }
  });

  test('the bounds are the last floats that fire', () => {
    expect(windowsOf('relu', 0)![1]).toBe(Number.POSITIVE_INFINITY);
    expect(windowsOf('relu', 0)![0]).toBeLessThan(1e-44);
    expect(windowsOf('hardtanh', 0)).toEqual([-1 + 2 ** -24, 1 - 2 ** -24].map(Math.fround));
    expect(windowsOf('leakyRelu', 0)).toEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
    expect(windowsOf('sigmoid', 0.3)).toEqual([]);
    expect(windowsOf('gelu', 1e-3)).toHaveLength(4);
    // No float lies at the zero of gelu's slope; that of hardswish is −1.5, a float.
    expect(windowsOf('gelu', 0)).toHaveLength(2);
    expect(windowsOf('hardswish', 0)).toHaveLength(4);
  });
});

import { createRandom, decodeNumber } from '@relumine/core';
import { startWasm } from '@relumine/wasm-backend';
import * as tf from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import { certify } from './certify';
import { seed } from './networks.testing';

describe('with compiled kernels', () => {
  beforeAll(() => startWasm({ threads: 1 }));

  test.each([3, 5])(
    'Winograd of %i taps mixes pixels that a result does not depend on; the bounds allow for it',
    async (taps) => {
      const size = taps + 3;
      const conv = layers.conv2d({ filters: 8, kernelSize: taps, inputShape: [size, size, 8], activation: 'relu' });
      const model = sequential({ layers: [conv] });
      seed(model, 'mixing');
      // Every output sees the pixel (1, 1) through a tap that is 0, or not at all.
      const [kernel, bias] = model.getWeights();
      const unseen = [0, 1, taps, taps + 1];
      const values = kernel!.dataSync().map((w, i) => (unseen.includes(Math.floor(i / 64)) ? 0 : w));
      const weights = tf.tensor(values, [taps, taps, 8, 8]) as tf.Tensor4D;
      model.setWeights([weights, bias!]);
      const random = createRandom('pixels');
      const pixels = Float32Array.from({ length: size * size * 8 }, (_, i) =>
        Math.floor(i / 8) === size + 1 ? 1e6 : random.normal(),
      );
      const corner = tf.tensor(pixels, [size, size, 8]);
      const x = tf.tensor(pixels, [1, size, size, 8]);
      const { layers: certificates } = await certify(model, { min: corner, max: corner });
      const [lower, upper] = [certificates[0]!.lower.map(decodeNumber), certificates[0]!.upper.map(decodeNumber)];
      // The same convolution without its activation, as the backend computes it and as it is.
      const z = tf.tidy(() => tf.add(tf.conv2d(x as tf.Tensor4D, weights, 1, 'valid'), bias!).dataSync());
      const exact = exactConvolution(taps, pixels, values, bias!.dataSync());
      expect(Math.max(...z.map((value, i) => Math.abs(value - exact[i]!)))).toBeGreaterThan(1e-3);
      for (const [i, value] of z.entries()) {
        expect(value).toBeGreaterThanOrEqual(lower[i % 8]!);
        expect(value).toBeLessThanOrEqual(upper[i % 8]!);
      }
    },
  );
});

/** A square convolution of 8 to 8 channels, to 4 × 4 pixels, in float64. */
function exactConvolution(taps: number, x: Float32Array, kernel: ArrayLike<number>, bias: ArrayLike<number>): number[] {
  return Array.from({ length: 4 * 4 * 8 }, (_, i) => {
    const [y, column, o] = [Math.floor(i / 32), Math.floor(i / 8) % 4, i % 8];
    let sum = bias[o]!;
    for (let tap = 0; tap < taps * taps; tap++)
      for (let c = 0; c < 8; c++) {
        const pixel = (y + Math.floor(tap / taps)) * (taps + 3) + column + (tap % taps);
        sum += x[pixel * 8 + c]! * kernel[(tap * 8 + c) * 8 + o]!;
      }
    return sum;
  });
}

import { createRandom, decodeNumber } from '@relumine/core';
import { startWasm } from '@relumine/wasm-backend';
import * as tf from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import { certify } from './certify';
import { seed } from './networks.testing';

describe('with compiled kernels', () => {
  beforeAll(() => startWasm({ threads: 1 }));

  test('Winograd mixes pixels that a result does not depend on; the bounds allow for it', async () => {
    const model = sequential({
      layers: [layers.conv2d({ filters: 8, kernelSize: 3, inputShape: [6, 6, 8], activation: 'relu', name: 'c' })],
    });
    seed(model, 'mixing');
    // Every output sees the pixel (1, 1) through a tap that is 0, or not at all.
    const [kernel, bias] = model.getWeights();
    const values = kernel!.dataSync().map((w, i) => ([0, 1, 3, 4].includes(Math.floor(i / 64)) ? 0 : w));
    model.setWeights([tf.tensor(values, [3, 3, 8, 8]), bias!]);
    const random = createRandom('pixels');
    const pixels = Float32Array.from({ length: 288 }, (_, i) => (Math.floor(i / 8) === 7 ? 1e6 : random.normal()));
    const corner = tf.tensor(pixels, [6, 6, 8]);
    const x = tf.tensor(pixels, [1, 6, 6, 8]);
    const { layers: certificates } = await certify(model, { min: corner, max: corner });
    const [lower, upper] = [certificates[0]!.lower.map(decodeNumber), certificates[0]!.upper.map(decodeNumber)];
    // The same convolution without its activation, as the backend computes it and as it is.
    const z = tf.tidy(() =>
      tf.add(tf.conv2d(x as tf.Tensor4D, tf.tensor(values, [3, 3, 8, 8]) as tf.Tensor4D, 1, 'valid'), bias!).dataSync(),
    );
    const exact = exactConvolution(pixels, values, bias!.dataSync());
    expect(Math.max(...z.map((value, i) => Math.abs(value - exact[i]!)))).toBeGreaterThan(1e-3);
    for (const [i, value] of z.entries()) {
      expect(value).toBeGreaterThanOrEqual(lower[i % 8]!);
      expect(value).toBeLessThanOrEqual(upper[i % 8]!);
    }
  });
});

/** A 3 × 3 convolution of 8 to 8 channels over 6 × 6 pixels in float64. */
function exactConvolution(x: Float32Array, kernel: ArrayLike<number>, bias: ArrayLike<number>): number[] {
  return Array.from({ length: 4 * 4 * 8 }, (_, i) => {
    const [y, column, o] = [Math.floor(i / 32), Math.floor(i / 8) % 4, i % 8];
    let sum = bias[o]!;
    for (let tap = 0; tap < 9; tap++)
      for (let c = 0; c < 8; c++) {
        const pixel = (y + Math.floor(tap / 3)) * 6 + column + (tap % 3);
        sum += x[pixel * 8 + c]! * kernel[(tap * 8 + c) * 8 + o]!;
      }
    return sum;
  });
}

import { createRandom } from '@relumine/core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { startWasm } from '../startWasm';
import type { WasmBackend } from './heap';
import { stopThreads, threadCount } from './threads';

/** A value of every threaded kernel, large enough to be shared out. */
function results(): Record<string, Float32Array> {
  const random = createRandom('threads');
  const draw = (shape: number[]): tf.Tensor =>
    tf.tensor(
      Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => random.normal()),
      shape,
    );
  return tf.tidy(() => {
    const x = draw([9, 16, 16, 24]);
    const run = (name: string, inputs: Record<string, tf.Tensor>, attrs: object = {}): Float32Array => {
      const result = tf.engine().runKernel(name, inputs, attrs as never);
      return ((Array.isArray(result) ? result[0] : result) as tf.Tensor).dataSync() as Float32Array;
    };
    const both = (name: string, filter: tf.Tensor, strides: number): Record<string, Float32Array> => {
      const attrs = { strides, pad: 'same', dataFormat: 'NHWC', dilations: 1 };
      const dy = draw([9, 16 / strides, 16 / strides, filter.shape[3]!]);
      const shapes = { filterShape: filter.shape, inputShape: x.shape };
      return {
        [`${name} forward`]: run('Conv2D', { x, filter }, attrs),
        [`${name} filter`]: run('Conv2DBackpropFilter', { x, dy }, { ...attrs, ...shapes }),
        [`${name} input`]: run('Conv2DBackpropInput', { dy, filter }, { ...attrs, ...shapes }),
      };
    };
    const pool = { filterSize: 2, strides: 2, pad: 'valid' };
    const [a, b] = [draw([130, 100]), draw([100, 90])];
    const [w, g] = [draw([140_003]), draw([140_003])];
    const adam = { learningRate: 0.1, beta1: 0.9, beta2: 0.99, epsilon: 1e-7, beta1Power: 0.9, beta2Power: 0.99 };
    return {
      ...both('Winograd', draw([3, 3, 24, 16]), 1),
      ...both('direct', draw([3, 2, 24, 16]), 2),
      product: run('BatchMatMul', { a, b }, { transposeA: false, transposeB: false }),
      gelu: run('RelumineGelu', { x }),
      'gelu gradient': run('RelumineGeluGrad', { x, dy: x }),
      'max pool': run('MaxPool', { x }, pool),
      'max pool gradient': run('MaxPoolGrad', { input: x, dy: draw([9, 8, 8, 24]) }, pool),
      adam: run('RelumineAdam', { value: w, gradient: g, m: g, v: tf.square(g) }, { ...adam, weightDecay: 0 }),
    };
  });
}

/** Bit for bit; matchers that look at every element take seconds here. */
function expectSame(actual: Record<string, Float32Array>, expected: Record<string, Float32Array>): void {
  const bytes = ({ buffer, byteOffset, byteLength }: Float32Array): Buffer =>
    Buffer.from(buffer, byteOffset, byteLength);
  const different = Object.keys(expected).filter((name) => !bytes(actual[name]!).equals(bytes(expected[name]!)));
  expect(different).toEqual([]);
}

const start = async (threads: number): Promise<void> => {
  if (tf.engine().registry.wasm) tf.removeBackend('wasm');
  expect((await startWasm({ threads })).kernels).toBe('native');
  expect(threadCount(tf.backend() as unknown as WasmBackend)).toBe(threads);
};

test('three threads give what one gives; the same number of threads gives the same bits', async () => {
  await start(1);
  const single = results();
  await start(3);
  const [first, second] = [results(), results()];
  expectSame(second, first);
  for (const [name, values] of Object.entries(first)) {
    if (!name.endsWith('filter')) expectSame({ [name]: values }, { [name]: single[name]! });
    else {
      const largest = Math.max(...single[name]!.map(Math.abs));
      const furthest = Math.max(...values.map((value, i) => Math.abs(value - single[name]![i]!)));
      expect(furthest).toBeLessThan(3e-5 * largest);
    }
  }
});

test('a thread that has died costs time only, and the next start has new ones', async () => {
  await start(2);
  const before = results();
  const { workers } = await stopThreads(tf.backend() as unknown as WasmBackend);
  expect(workers).toBe(1);
  expectSame(results(), before);
  await start(2);
  expectSame(results(), before);
});

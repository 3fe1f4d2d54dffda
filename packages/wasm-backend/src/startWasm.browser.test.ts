import { createRandom } from '@relumine/core';
import plain from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-simd.wasm?url';
import threaded from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.wasm?url';
import * as tf from '@tensorflow/tfjs-core';
import { expectTensorClose, maxRelativeToLargest } from '@tooling/testing';
import { afterEach, describe, expect, test } from 'vitest';
import { adam, startWasm } from './index';

const wasmPaths = {
  'tfjs-backend-wasm.wasm': plain,
  'tfjs-backend-wasm-simd.wasm': simd,
  'tfjs-backend-wasm-threaded-simd.wasm': threaded,
};

afterEach(() => {
  if (tf.engine().registry.wasm) tf.removeBackend('wasm');
});

function random(shape: [number, number, number, number], seed: number): tf.Tensor4D {
  const stream = createRandom(seed);
  const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => stream.normal());
  return tf.tensor4d(values, shape);
}

/** Losses of a small convolutional net. */
function losses(): number[] {
  const x = random([8, 12, 12, 1], 1);
  const [k1, k2] = tf.tidy(() => [
    tf.variable(tf.mul(random([3, 3, 1, 4], 2), 0.3)),
    tf.variable(tf.mul(random([3, 3, 4, 1], 3), 0.3)),
  ]) as [tf.Variable<tf.Rank.R4>, tf.Variable<tf.Rank.R4>];
  const optimizer = adam({ learningRate: 0.02 });
  const step = (): number => {
    const loss = optimizer.minimize(() => {
      const h = tf.maxPool(tf.relu(tf.conv2d(x, k1, 1, 'same')), 2, 1, 'same');
      return tf.mean(tf.squaredDifference(tf.conv2d(h, k2, 1, 'same'), x)) as tf.Scalar;
    }, true)!;
    const [value] = loss.dataSync();
    loss.dispose();
    return value!;
  };
  const result = Array.from({ length: 20 }, step);
  optimizer.dispose();
  tf.dispose([x, k1, k2]);
  return result;
}

describe('in the browser', () => {
  test('starts with all the threads asked for, not half of the cores, and trains to the same losses as on one', async () => {
    expect(globalThis.crossOriginIsolated).toBe(true);
    const { hardwareConcurrency } = navigator;
    expect(await startWasm({ wasmPaths, threads: 2 })).toEqual({
      backend: 'wasm',
      simd: true,
      relaxedSimd: true,
      threads: 2,
      kernels: 'native',
    });
    expect(navigator.hardwareConcurrency).toBe(hardwareConcurrency);
    const two = losses();
    tf.removeBackend('wasm');
    expect(await startWasm({ wasmPaths, threads: 1 })).toMatchObject({ threads: 1, kernels: 'native' });
    const one = losses();
    expect(one.at(-1)).toBeLessThan(one[0]! * 0.9);
    expectTensorClose(two, one, { relative: 1e-4 });
  });

  test('native and composed kernels agree', async () => {
    const conv = { strides: [2, 1], pad: 'same', dataFormat: 'NHWC' };
    const pool = { filterSize: [2, 3], strides: [2, 2], pad: 'same' };
    const run = (name: string, inputs: Record<string, tf.Tensor>, attrs: object): Float32Array => {
      const y = tf.engine().runKernel(name, inputs, attrs as tf.NamedAttrMap) as tf.Tensor;
      const values = y.dataSync() as Float32Array;
      tf.dispose([y, ...Object.values(inputs)]);
      return values;
    };
    const results = async (kernels: 'auto' | 'composed'): Promise<Float32Array[]> => {
      await startWasm({ wasmPaths, threads: 1, kernels });
      const dy = (): tf.Tensor => random([2, 4, 9, 5], 2);
      const segmentIds = (): tf.Tensor => tf.tensor1d([0, 1], 'int32');
      return [
        run('Conv2DBackpropFilter', { x: random([2, 8, 9, 3], 1), dy: dy() }, { ...conv, filterShape: [3, 3, 3, 5] }),
        run(
          'Conv2DBackpropInput',
          { dy: dy(), filter: random([3, 3, 3, 5], 3) },
          { ...conv, inputShape: [2, 8, 9, 3] },
        ),
        run('MaxPoolGrad', { dy: random([2, 4, 5, 3], 4), input: random([2, 8, 9, 3], 5), output: dy() }, pool),
        run('UnsortedSegmentSum', { x: random([2, 2, 2, 2], 6), segmentIds: segmentIds() }, { numSegments: 3 }),
      ];
    };
    const native = await results('auto');
    const composed = await results('composed');
    for (const [i, values] of native.entries()) expect(maxRelativeToLargest(values, composed[i]!)).toBeLessThan(2e-6);
  });

  test('a thread that fails makes the step fail, and the next start works', async () => {
    await startWasm({ wasmPaths, threads: 2 });
    const backend = tf.backend() as unknown as { wasm: { PThread: { runningWorkers: Worker[] } } };
    const [worker] = backend.wasm.PThread.runningWorkers;
    worker!.dispatchEvent(new ErrorEvent('error', { message: 'it trapped', cancelable: true }));
    expect(() => losses()).toThrow('a thread of the wasm backend died (it trapped)');
    expect(await startWasm({ wasmPaths, threads: 2 })).toMatchObject({ threads: 2 });
    expect(losses()).toHaveLength(20);
  });
});

import { createRandom } from '@relumine/core';
import '@tensorflow/tfjs-backend-cpu';
import plain from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-simd.wasm?url';
import threaded from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.wasm?url';
import * as tf from '@tensorflow/tfjs-core';
import { maxRelativeToLargest } from '@tooling/testing';
import { afterEach, describe, expect, test } from 'vitest';
import { startWasm } from '../startWasm';
import type { WasmBackend } from './heap';
import { forgetInstance, loadModule, usesRelaxedSimd } from './module';
import { threadCount } from './threads';

const wasmPaths = {
  'tfjs-backend-wasm.wasm': plain,
  'tfjs-backend-wasm-simd.wasm': simd,
  'tfjs-backend-wasm-threaded-simd.wasm': threaded,
};

afterEach(() => {
  if (tf.engine().registry.wasm) tf.removeBackend('wasm');
});

/** Values and gradients of the operations a CNN is made of, on the current backend. */
function results(): Record<string, Float32Array> {
  const random = createRandom('browser');
  const draw = (shape: number[]): tf.Tensor =>
    tf.tensor(
      Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => random.normal()),
      shape,
    );
  return tf.tidy(() => {
    const x = draw([5, 12, 12, 8]);
    const values = (tensor: tf.Tensor): Float32Array => tensor.dataSync() as Float32Array;
    const convolution = (name: string, filter: tf.Tensor, strides: number): Record<string, Float32Array> => {
      const conv = (a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
        tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, strides, 'same');
      const [dx, dw] = tf.grads(conv)([x, filter], draw([5, 12 / strides, 12 / strides, 16])) as [tf.Tensor, tf.Tensor];
      return { [name]: values(conv(x, filter)), [`${name} dx`]: values(dx), [`${name} dw`]: values(dw) };
    };
    const pool = (t: tf.Tensor): tf.Tensor => tf.maxPool(t as tf.Tensor4D, 2, 2, 'valid');
    const [a, b] = [draw([40, 33]), draw([33, 50])];
    return {
      ...convolution('Winograd', draw([3, 3, 8, 16]), 1),
      ...convolution('direct', draw([5, 2, 8, 16]), 2),
      product: values(tf.matMul(a, b)),
      'product, transposed': values(tf.matMul(b, a, true, true)),
      pool: values(pool(x)),
      'pool dx': values(tf.grad(pool)(x, draw([5, 6, 6, 8]))),
      elu: values(tf.elu(x)),
      tanh: values(tf.tanh(x)),
      sum: values(tf.sum(x, [0, 1, 2])),
    };
  });
}

function expectLikeCpu(actual: Record<string, Float32Array>, expected: Record<string, Float32Array>): void {
  for (const [name, values] of Object.entries(expected)) {
    expect(maxRelativeToLargest(actual[name]!, values), name).toBeLessThan(name.startsWith('Winograd') ? 2e-5 : 3e-6);
  }
}

async function onCpu(): Promise<Record<string, Float32Array>> {
  const current = tf.getBackend();
  await tf.setBackend('cpu');
  const expected = results();
  await tf.setBackend(current);
  return expected;
}

describe('native kernels in the browser agree with the cpu backend', () => {
  test('with relaxed SIMD, and without', async () => {
    expect(await startWasm({ wasmPaths, threads: 1 })).toMatchObject({ kernels: 'native', relaxedSimd: true });
    const expected = await onCpu();
    expectLikeCpu(results(), expected);
    expect(await loadModule({ relaxedSimd: false })).toBeUndefined();
    forgetInstance(tf.backend());
    expectLikeCpu(results(), expected);
    expect(usesRelaxedSimd()).toBe(false);
    await loadModule({ relaxedSimd: true });
  });

  test('on two threads', async () => {
    await startWasm({ wasmPaths, threads: 2 });
    expect(threadCount(tf.backend() as unknown as WasmBackend)).toBe(2);
    const expected = await onCpu();
    const first = results();
    expectLikeCpu(first, expected);
    expect(results().product).toEqual(first.product);
  });
});

import * as tf from '@tensorflow/tfjs-core';
import { afterEach, expect, test, vi } from 'vitest';
import { registerTrainingKernels, startWasm } from './index';

afterEach(() => vi.restoreAllMocks());

/** Trains y = 2x with a 1×1 convolution; tfjs-core alone, without the gradients that tfjs-layers would bring. */
function trains(): number {
  const x = tf.tensor4d([1, -2, 3, 0.5], [1, 2, 2, 1]);
  const w = tf.variable(tf.tensor4d([0.1], [1, 1, 1, 1]));
  const optimizer = tf.train.sgd(0.05);
  for (let i = 0; i < 60; i++)
    optimizer.minimize(() => tf.mean(tf.square(tf.sub(tf.conv2d(x, w, 1, 'same'), tf.mul(x, 2)))) as tf.Scalar);
  const [learned] = w.dataSync();
  tf.dispose([x, w]);
  optimizer.dispose();
  return learned!;
}

test('starts, says what runs, and trains with tfjs-core alone', async () => {
  const started = await startWasm();
  expect(started).toEqual({ backend: 'wasm', simd: true, relaxedSimd: true, threads: 1, kernels: 'native' });
  expect(tf.getBackend()).toBe('wasm');
  expect(trains()).toBeCloseTo(2, 4);
});

test('again changes nothing, and training survives a reset of the engine and a removed backend', async () => {
  await startWasm();
  const kernels = tf.getKernelsForBackend('wasm').length;
  await startWasm();
  await registerTrainingKernels();
  expect(tf.getKernelsForBackend('wasm')).toHaveLength(kernels);
  tf.engine().reset();
  await tf.setBackend('wasm');
  await tf.ready();
  expect(trains()).toBeCloseTo(2, 4);
  tf.removeBackend('wasm');
  expect(await startWasm()).toMatchObject({ kernels: 'native' });
  expect(trains()).toBeCloseTo(2, 4);
});

test('the native kernels can be left out again, and what is said is true', async () => {
  const kernel = () => tf.getKernel('Conv2DBackpropFilter', 'wasm');
  await startWasm();
  const native = kernel();
  expect(tf.getKernel('RelumineAdam', 'wasm')).toBeDefined();
  expect(await startWasm({ kernels: 'composed' })).toMatchObject({ kernels: 'composed', relaxedSimd: false });
  expect(kernel()).not.toBe(native);
  expect(tf.getKernel('RelumineAdam', 'wasm')).toBeUndefined();
  expect(trains()).toBeCloseTo(2, 4);
  tf.engine().reset();
  await tf.setBackend('wasm');
  await tf.ready();
  expect(tf.getKernel('RelumineAdam', 'wasm')).toBeUndefined();
  expect(await startWasm()).toMatchObject({ kernels: 'native' });
  expect(trains()).toBeCloseTo(2, 4);
});

test('the backend is started once', async () => {
  tf.removeBackend('wasm');
  await startWasm({ kernels: 'composed' });
  tf.removeBackend('wasm');
  const instantiate = vi.spyOn(WebAssembly, 'instantiate');
  await startWasm({ kernels: 'composed' });
  expect(instantiate).toHaveBeenCalledTimes(1);
});

test('two starts at a time are one', async () => {
  tf.removeBackend('wasm');
  const [a, b] = await Promise.all([startWasm(), startWasm()]);
  expect(a).toEqual(b);
  expect(trains()).toBeCloseTo(2, 4);
});

test('where the private fields are not as expected, the composed kernels train, with one warning', async () => {
  const factory = tf.findBackendFactory('wasm')!;
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  const put = (make: typeof factory): void => {
    tf.removeBackend('wasm');
    tf.registerBackend('wasm', make, 2);
  };
  put(async () => {
    const backend = (await factory()) as unknown as { wasm: { asm: object } };
    // As a later version could: the exports without the memory.
    backend.wasm.asm = { ...backend.wasm.asm, memory: {} };
    return backend as never;
  });
  try {
    expect(await startWasm()).toMatchObject({ kernels: 'composed', relaxedSimd: false });
    expect(await startWasm()).toMatchObject({ kernels: 'composed' });
    const said = warn.mock.calls.map(([text]) => String(text)).filter((text) => text.includes('composed'));
    expect(said).toEqual([
      '[relumine/wasm-backend] training runs on the composed kernels, which are slower: the wasm backend does not expose its memory as tfjs-backend-wasm 4.22 does.',
    ]);
    await startWasm({ kernels: 'composed' });
    expect(trains()).toBeCloseTo(2, 4);
  } finally {
    put(factory);
  }
  expect(await startWasm()).toMatchObject({ kernels: 'native' });
});

test('wrong options are named', async () => {
  await expect(startWasm({ threads: 0 })).rejects.toThrow(
    '[relumine/wasm-backend/startWasm] `options.threads` must be an integer of at least 1. Received: 0.',
  );
  await expect(startWasm({ kernels: 'fast' as 'auto' })).rejects.toThrow(
    '[relumine/wasm-backend/startWasm] `options.kernels` must be one of auto, composed. Received: "fast".',
  );
});

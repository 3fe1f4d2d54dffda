import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { addressOf, findMemory, type WasmBackend } from './heap';
import { registerNativeKernels } from './index';
import { startNative } from './support.testing';

test('without a running backend nothing is registered', async () => {
  await tf.setBackend('cpu');
  expect(await registerNativeKernels()).toEqual({
    available: false,
    relaxedSimd: false,
    reason: 'the wasm backend is not running',
  });
  expect(tf.getKernel('RelumineRelu', 'wasm')).toBeUndefined();
});

test('registering twice leaves the same kernels', async () => {
  await startNative(true);
  const first = tf.getKernel('Relu', 'wasm');
  expect(await registerNativeKernels()).toEqual({ available: true, relaxedSimd: true });
  expect(tf.getKernel('Relu', 'wasm')).toBe(first);
});

test('a new instance of the backend gets kernels on its own heap', async () => {
  await startNative(true);
  const heap = findMemory(tf.backend());
  const factory = tf.findBackendFactory('wasm');
  tf.removeBackend('wasm');
  tf.registerBackend('wasm', factory, 2);
  await tf.setBackend('wasm');
  expect(findMemory(tf.backend())).not.toBe(heap);
  expect([...tf.relu(tf.tensor1d([-1, Number.NaN, 3])).dataSync()]).toEqual([0, Number.NaN, 3]);
  expect((await registerNativeKernels()).available).toBe(true);
});

test('private fields that are not as expected are named', () => {
  const malloc = { _malloc: () => 0, _free: () => undefined };
  expect(findMemory(null)).toContain('allocator');
  expect(findMemory({ wasm: malloc })).toContain('tensor addresses');
  expect(findMemory({ wasm: malloc, dataIdMap: new Map(), makeOutput: () => undefined })).toContain('its memory');
});

test('no room on the heap is an error with a way out, and leaves nothing behind', async () => {
  await startNative(true);
  const { wasm } = tf.backend() as unknown as { wasm: { _malloc(n: number): number } };
  const x = tf.zeros([1000]);
  const before = tf.memory().numTensors;
  const malloc = wasm._malloc;
  wasm._malloc = () => 0;
  try {
    expect(() => tf.relu(x)).toThrow('the WASM heap has no room for another 4000 bytes');
  } finally {
    wasm._malloc = malloc;
  }
  expect(tf.memory().numTensors).toBe(before);
  expect(tf.relu(x).shape).toEqual([1000]);
});

test('larger tensors begin with a line of the cache, and their room is free again once they are gone', async () => {
  await startNative(true);
  const backend = tf.backend() as unknown as WasmBackend;
  const length = (): number => (findMemory(backend) as WebAssembly.Memory).buffer.byteLength;
  let before = 0;
  for (let round = 0; round < 200; round++) {
    const small = tf.ones([3]);
    const tensors = [256, 257, 1000, 100_001, 1_000_003].map((size) => tf.tidy(() => tf.relu(tf.ones([size]))));
    for (const tensor of tensors) expect(addressOf(backend, tensor) % 64).toBe(0);
    expect(new Set(tensors.map((tensor) => addressOf(backend, tensor))).size).toBe(tensors.length);
    tf.dispose([small, ...tensors]);
    if (round === 0) before = length();
  }
  expect(length()).toBe(before);
});

test("tfjs's own kernels say so too where there is no room, also for 2^32 bytes, which are 0 to a 32-bit allocator", async () => {
  await startNative(true);
  const x = tf.ones([1]);
  const before = tf.memory().numTensors;
  expect(() => tf.pad(x, [[0, 2 ** 30 - 1]])).toThrow('the WASM heap has no room for another 4294967296 bytes');
  expect(tf.memory().numTensors).toBe(before);
  expect([...tf.pad(x, [[0, 2]]).dataSync()]).toEqual([1, 0, 0]);
});

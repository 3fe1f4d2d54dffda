import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { maxRelativeToLargest } from '@tooling/testing';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { startWasm } from './index';

afterEach(() => {
  vi.restoreAllMocks();
  if (tf.engine().registry.wasm) tf.removeBackend('wasm');
});

interface Threaded {
  wasm: { PThread: { runningWorkers: { real: import('node:worker_threads').Worker }[]; unusedWorkers: unknown[] } };
}

const workers = () => (tf.backend() as unknown as Threaded).wasm.PThread.runningWorkers;

/** Values large enough for the backend to share out. */
function convolve(): Float32Array {
  return tf.tidy(() => {
    const x = tf.randomNormal<tf.Rank.R4>([8, 16, 16, 16], 0, 1, 'float32', 1);
    const w = tf.randomNormal<tf.Rank.R4>([5, 5, 16, 16], 0, 1, 'float32', 2);
    return tf.conv2d(x, w, 2, 'same').dataSync() as Float32Array;
  });
}

describe('threads in Node', () => {
  test('are opt-in, real, and compute what one thread computes', async () => {
    // The composed kernels, so that the backend's own threads do the work.
    const kernels = 'composed';
    expect(await startWasm({ kernels })).toMatchObject({ threads: 1 });
    const alone = convolve();
    tf.removeBackend('wasm');
    const [worker, cpus] = [(globalThis as { Worker?: unknown }).Worker, (await import('node:os')).cpus().length];
    expect(await startWasm({ threads: 2, kernels })).toMatchObject({ threads: 2, simd: true, kernels });
    expect(workers()).toHaveLength(1);
    expect(workers()[0]!.real.threadId).toBeGreaterThan(0);
    expect(maxRelativeToLargest(convolve(), alone)).toBeLessThan(1e-6);
    // Nothing stays replaced.
    expect((globalThis as { Worker?: unknown }).Worker).toBe(worker);
    expect((await import('node:os')).cpus()).toHaveLength(cpus);
  });

  test('up to the number asked for, not half of the cores', async () => {
    expect(await startWasm({ threads: 3 })).toMatchObject({ threads: 3 });
    expect(workers()).toHaveLength(2);
    expect(convolve()).toHaveLength(8 * 8 * 8 * 16);
  });

  test('a backend that runs keeps its threads, and says so', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    await startWasm();
    expect(await startWasm({ threads: 2 })).toMatchObject({ threads: 1 });
    expect(warn.mock.calls.flat().join()).toMatch(/2 threads were asked for and 1 run: the backend was running/);
  });

  test('after a reset, tfjs starts on one thread and does not hang', async () => {
    await startWasm({ threads: 2 });
    tf.engine().reset();
    await tf.setBackend('wasm');
    await tf.ready();
    expect(convolve()).toHaveLength(8 * 8 * 8 * 16);
    expect(await startWasm()).toMatchObject({ threads: 1 });
  });

  test('a dead one makes the step fail, and the next start works', async () => {
    const rejected = vi.fn();
    process.on('unhandledRejection', rejected);
    await startWasm({ threads: 2 });
    const kept = tf.tensor1d([1, 2]);
    await workers()[0]!.real.terminate();
    expect(() => convolve()).toThrow(/a thread of the wasm backend died \(the thread ended with code 1\)/);
    expect(await startWasm({ threads: 2 })).toMatchObject({ threads: 2 });
    expect(convolve()).toHaveLength(8 * 8 * 8 * 16);
    expect(() => kept.dataSync()).toThrow(/a thread of the wasm backend died/);
    kept.dispose();
    expect(rejected).not.toHaveBeenCalled();
    process.off('unhandledRejection', rejected);
  });

  test('end with the process', () => {
    const program = `
      import { startWasm } from '@relumine/wasm-backend';
      import * as tf from '@tensorflow/tfjs-core';
      const { threads } = await startWasm({ threads: 2 });
      const y = tf.conv2d(tf.ones([4, 16, 16, 8]), tf.ones([3, 3, 8, 8]), 1, 'valid');
      console.log(threads, tf.max(y).dataSync()[0]);`;
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
      cwd: resolve(import.meta.dirname, '..'),
      encoding: 'utf8',
      timeout: 20_000,
    });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '2 72\n', stderr: '' });
  });
});

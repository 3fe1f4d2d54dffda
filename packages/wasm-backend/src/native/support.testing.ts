import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import type { WasmBackend } from './heap';
import { registerNativeKernels } from './index';
import { forgetInstance, loadModule } from './module';

/** Both builds: plain SIMD128 and relaxed SIMD. */
export const builds: readonly { name: string; relaxedSimd: boolean }[] = [
  { name: 'SIMD128', relaxedSimd: false },
  { name: 'relaxed SIMD', relaxedSimd: true },
];

/** The wasm backend with our kernels in the given build. */
export async function startNative(relaxedSimd: boolean): Promise<void> {
  await tf.setBackend('wasm');
  await tf.ready();
  const problem = await loadModule({ relaxedSimd });
  if (problem !== undefined) throw new Error(problem);
  forgetInstance(tf.backend());
  const started = await registerNativeKernels();
  if (!started.available || started.relaxedSimd !== relaxedSimd) throw new Error(JSON.stringify(started));
}

const guardBytes = 128;
const pattern = 0x7fc0a5a5;

/**
 * Runs `action` with every block of the heap fenced by NaNs, and throws where a fence was written over; a read beyond a
 * block gives NaN. With `grow`, each allocation also makes the heap grow first, to 1 GB at least: it ends at 4 GB.
 */
export function fenced<T>(action: () => T, options: { grow?: boolean } = {}): T {
  const backend = tf.backend() as unknown as WasmBackend & {
    wasm: { _malloc(n: number): number; _free(a: number): void; HEAPU8: Uint8Array };
  };
  const { wasm } = backend;
  // The first call of each replaces it by the compiled function.
  wasm._free(wasm._malloc(8));
  const [malloc, free] = [wasm._malloc, wasm._free];
  const sizes = new Map<number, number>();
  const held: number[] = [];
  const view = (address: number): Uint32Array => new Uint32Array(wasm.HEAPU8.buffer, address, guardBytes / 4);
  const check = (address: number, bytes: number): void => {
    const after = address + bytes;
    const fences = [...view(address - guardBytes), ...view(after)];
    if (fences.some((word) => word !== pattern)) throw new Error(`A fence around ${bytes} bytes was written over.`);
  };
  const rounded = (bytes: number): number => Math.ceil(bytes / 4) * 4;
  wasm._malloc = (bytes) => {
    if (options.grow && wasm.HEAPU8.length < 2 ** 30) held.push(malloc(wasm.HEAPU8.length));
    const block = malloc(rounded(bytes) + 2 * guardBytes) >>> 0;
    const address = block + guardBytes;
    view(block).fill(pattern);
    new Uint32Array(wasm.HEAPU8.buffer, address, rounded(bytes) / 4).fill(pattern);
    view(address + rounded(bytes)).fill(pattern);
    sizes.set(address, rounded(bytes));
    return address;
  };
  wasm._free = (address) => {
    const bytes = sizes.get(address >>> 0);
    if (bytes === undefined) return free(address);
    check(address >>> 0, bytes);
    sizes.delete(address >>> 0);
    free((address >>> 0) - guardBytes);
  };
  try {
    return action();
  } finally {
    for (const [address, bytes] of sizes) check(address, bytes);
    for (const block of held) free(block);
    // Blocks still in use are freed by their inner address later.
    const inner = new Map(sizes);
    wasm._malloc = malloc;
    wasm._free = (address) => {
      const fencedBlock = inner.delete(address >>> 0);
      free(fencedBlock ? (address >>> 0) - guardBytes : address);
    };
  }
}

/** float32 values with zeros, ties, subnormals, NaN and infinities among normals of a wide range. */
export const specialValues: readonly number[] = [
  0,
  -0,
  1,
  -1,
  6,
  -3,
  3,
  1e-45,
  -1e-45,
  1e-38,
  -1e-38,
  0.1,
  -0.1,
  20,
  -20,
  88,
  -88,
  100,
  -100,
  -104,
  1e30,
  -1e30,
  3.4e38,
  -3.4e38,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  Number.NaN,
];

/** The same action on the stock cpu backend, for comparison; the tensors go over by value. */
export async function onCpu<T>(action: () => T): Promise<T> {
  await tf.setBackend('cpu');
  try {
    return action();
  } finally {
    await tf.setBackend('wasm');
  }
}

import type { KernelExports } from './exports';
import { findMemory, guardAllocator, type WasmBackend } from './heap';

interface Loaded {
  readonly relaxedSimd: boolean;
  readonly bytes: { readonly single: Uint8Array<ArrayBuffer>; readonly threaded: Uint8Array<ArrayBuffer> };
  readonly modules: Map<'single' | 'threaded', WebAssembly.Module>;
}

/** What the modules say of an imported memory that is shared and has a maximum. */
const sharedMemory = 3;

let loaded: Loaded | undefined;
const instances = new WeakMap<WebAssembly.Memory, KernelExports>();

function decode(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/** Node 20 compiles relaxed SIMD only after a V8 flag; later versions and browsers need nothing. */
function allowRelaxedSimd(): void {
  // Not an import: bundlers for browsers must not meet the name of a module that only Node has.
  const process = globalThis.process as { getBuiltinModule?: (id: string) => unknown } | undefined;
  const v8 = process?.getBuiltinModule?.('node:v8') as typeof import('node:v8') | undefined;
  try {
    v8?.setFlagsFromString('--experimental-wasm-relaxed-simd');
  } catch {
    // Another engine than V8: the kernels without relaxed SIMD serve it.
  }
}

/**
 * Decodes the binaries and chooses the instruction set.
 *
 * @returns undefined where all is well, or a sentence saying why the kernels can't run here
 */
export async function loadModule(options: { relaxedSimd?: boolean } = {}): Promise<string | undefined> {
  const wanted = options.relaxedSimd ?? true;
  if (loaded !== undefined && (options.relaxedSimd === undefined || loaded.relaxedSimd === wanted)) return undefined;
  let binaries: typeof import('./generated/binaries')['binaries'];
  let sharedAt: typeof import('./generated/binaries')['sharedAt'];
  try {
    ({ binaries, sharedAt } = await import('./generated/binaries'));
  } catch (cause) {
    return `the native kernels are not built (${cause instanceof Error ? cause.message : cause}); in the repository run: npm run build`;
  }
  const plain = decode(binaries.single);
  if (!WebAssembly.validate(plain)) return 'this engine has no WebAssembly SIMD';
  let relaxedSimd = false;
  if (wanted) {
    const relaxed = decode(binaries.singleRelaxed);
    relaxedSimd = WebAssembly.validate(relaxed);
    if (!relaxedSimd) {
      allowRelaxedSimd();
      relaxedSimd = WebAssembly.validate(relaxed);
    }
  }
  const single = relaxedSimd ? decode(binaries.singleRelaxed) : plain;
  const threaded = single.slice();
  threaded[sharedAt[relaxedSimd ? 'singleRelaxed' : 'single']] = sharedMemory;
  loaded = { relaxedSimd, bytes: { single, threaded }, modules: new Map() };
  return undefined;
}

/** Whether the loaded build uses relaxed SIMD (fused multiply-add). */
export function usesRelaxedSimd(): boolean {
  return loaded?.relaxedSimd ?? false;
}

/** The compiled module that suits the backend's heap. */
export function kernelModule(backend: WasmBackend): WebAssembly.Module {
  const memory = findMemory(backend);
  if (typeof memory === 'string') throw new Error(`[relumine/wasm-backend] ${memory}.`);
  if (loaded === undefined) throw new Error('[relumine/wasm-backend] the native kernels are not loaded.');
  const shared = typeof SharedArrayBuffer !== 'undefined' && memory.buffer instanceof SharedArrayBuffer;
  const kind = shared ? 'threaded' : 'single';
  let module = loaded.modules.get(kind);
  if (module === undefined) {
    module = new WebAssembly.Module(loaded.bytes[kind]);
    loaded.modules.set(kind, module);
  }
  return module;
}

/**
 * The kernels on the heap of `backend`; instantiated once per heap, so a new backend instance gets new ones. Throws where
 * the backend's private fields are not as expected.
 */
export function kernelsOf(backend: WasmBackend): KernelExports {
  const memory = findMemory(backend);
  if (typeof memory === 'string') throw new Error(`[relumine/wasm-backend] ${memory}.`);
  const known = instances.get(memory);
  if (known !== undefined) return known;
  const { exports } = new WebAssembly.Instance(kernelModule(backend), { env: { memory } });
  const kernels = exports as unknown as KernelExports;
  guardAllocator(backend);
  instances.set(memory, kernels);
  return kernels;
}

/** Forgets the heap's instance, so that the next call uses the build that {@link loadModule} chose last (for tests). */
export function forgetInstance(backend: unknown): void {
  const memory = findMemory(backend);
  if (typeof memory !== 'string') instances.delete(memory);
}

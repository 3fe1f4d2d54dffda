import { describe, invalidArgument, requireOneOf, requirePositiveInteger } from '@relumine/core';
import { env, findBackendFactory, getBackend, ready, registerBackend, setBackend } from '@tensorflow/tfjs-core';
import { nativeStatus, registerTrainingKernels } from './registerTrainingKernels';
import { withCores } from './withCores';

const where = 'wasm-backend/startWasm';

export interface StartOptions {
  /**
   * Threads to compute with: `auto` (the default) takes all cores where the page is cross-origin isolated, and 1
   * elsewhere. The backend's limit is 8.
   */
  threads?: number | 'auto';
  /** `composed` leaves the native SIMD kernels out (for comparison, and for finding faults). */
  kernels?: 'auto' | 'composed';
  /** Where the backend's `.wasm` files are: a folder (with its slash), or an address for each file, as `setWasmPaths` takes them. */
  wasmPaths?: string | Record<string, string>;
}

/** What runs, as found after the start: never what was asked for. */
export interface StartedWasm {
  backend: 'wasm';
  simd: boolean;
  relaxedSimd: boolean;
  threads: number;
  kernels: 'native' | 'composed';
}

function requireOptions({ threads, kernels, wasmPaths }: StartOptions): void {
  if (threads !== undefined && threads !== 'auto') requirePositiveInteger(where, 'options.threads', threads);
  if (kernels !== undefined) requireOneOf(where, 'options.kernels', kernels, ['auto', 'composed'] as const);
  if (wasmPaths !== undefined && typeof wasmPaths !== 'string' && (typeof wasmPaths !== 'object' || wasmPaths === null))
    throw invalidArgument({
      where,
      argument: 'options.wasmPaths',
      rule: 'must be a folder or an object of addresses',
      received: describe(wasmPaths),
      type: TypeError,
    });
}

let factory: ReturnType<typeof findBackendFactory> | undefined;

/** A removed backend takes its factory along, and importing the module again does not bring it back. */
function keepFactory(): void {
  const known = findBackendFactory('wasm');
  if (known) factory = known;
  else if (factory) registerBackend('wasm', factory, 2);
}

let warned = false;

/** One clear word where fewer threads run than were asked for. */
function warnAboutThreads(asked: number | 'auto', got: number): void {
  if (warned || asked === 'auto' || asked <= got) return;
  warned = true;
  const why = env().getBool('IS_NODE')
    ? 'in Node the wasm backend computes on one thread'
    : 'threads need a cross-origin isolated page (the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp)';
  console.warn(`[relumine/wasm-backend] ${asked} threads were asked for and ${got} run: ${why}.`);
}

const cores = (): number =>
  (globalThis as { navigator?: { hardwareConcurrency?: number } }).navigator?.hardwareConcurrency ?? 1;

/**
 * Starts tfjs's wasm backend with everything that training needs, and makes it the current backend. After it, training
 * works with tfjs-core alone.
 *
 * @returns what runs: SIMD, relaxed SIMD, threads, and whether the native kernels are in use
 * @throws TypeError or RangeError for wrong options; Error where the backend does not start
 */
export async function startWasm(options: StartOptions = {}): Promise<StartedWasm> {
  requireOptions(options);
  const { threads = 'auto', kernels = 'auto', wasmPaths } = options;
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  keepFactory();
  const wanted = threads === 'auto' ? cores() : threads;
  const running = getBackend() === 'wasm';
  if (!running) {
    if (wasmPaths !== undefined) wasm.setWasmPaths(wasmPaths);
    wasm.setThreadsCount(wanted);
  }
  const registered = await registerTrainingKernels({ kernels });
  const start = async (): Promise<boolean> => {
    const selected = await setBackend('wasm');
    await ready();
    return selected;
  };
  const started = await withCores(wanted, start).catch((cause: unknown) => {
    throw new Error(`[relumine/${where}] the wasm backend does not start: ${describeCause(cause)}`, { cause });
  });
  if (!started)
    throw new Error(
      `[relumine/${where}] the wasm backend does not start. In a browser, give the addresses of its .wasm files: startWasm({ wasmPaths }).`,
    );
  const status = registered.kernels === 'pending' ? await nativeStatus() : registered;
  if (status?.reason && kernels === 'auto')
    console.warn(`[relumine/wasm-backend] training runs on the composed kernels, which are slower: ${status.reason}.`);
  const simd = await env().getAsync('WASM_HAS_SIMD_SUPPORT');
  const multithreaded = await env().getAsync('WASM_HAS_MULTITHREAD_SUPPORT');
  const got = multithreaded && simd ? Math.max(1, wasm.getThreadsCount()) : 1;
  warnAboutThreads(threads, got);
  return {
    backend: 'wasm',
    simd: Boolean(simd),
    relaxedSimd: status?.relaxedSimd ?? false,
    threads: got,
    kernels: status?.kernels === 'native' ? 'native' : 'composed',
  };
}

function describeCause(cause: unknown): string {
  if (cause instanceof Error) return cause.message;
  const { message } = (cause ?? {}) as { message?: unknown };
  return typeof message === 'string' ? message : describe(cause);
}

import { describe, invalidArgument, requireOneOf, requirePositiveInteger } from '@relumine/core';
import {
  env,
  findBackendFactory,
  getBackend,
  ready,
  registerBackend,
  removeBackend,
  setBackend,
} from '@tensorflow/tfjs-core';
import { isNode, withNodeThreads } from './nodeThreads';
import { nativeStatus, registerTrainingKernels, runningBackend } from './registerTrainingKernels';
import { condemn, isCondemned, watchThreads } from './threadDeath';
import { withCores } from './withCores';

const where = 'wasm-backend/startWasm';

/** The backend's own limit. */
const mostThreads = 8;

/** Options of `startWasm`. */
export interface StartOptions {
  /**
   * Threads to compute with. `auto` (the default) takes all cores where the page is cross-origin isolated, and 1
   * elsewhere; in Node, where tfjs knows no threads, it is 1, and a number starts that many. The backend's limit is 8.
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

const cores = (): number =>
  (globalThis as { navigator?: { hardwareConcurrency?: number } }).navigator?.hardwareConcurrency ?? 1;

function wantedThreads(asked: number | 'auto'): number {
  if (asked === 'auto') return isNode() ? 1 : Math.min(cores(), mostThreads);
  return Math.min(asked, mostThreads);
}

const warned = new Set<string>();

function warnOnce(message: string): void {
  if (warned.has(message)) return;
  warned.add(message);
  console.warn(`[relumine/wasm-backend] ${message}`);
}

/** One clear word where fewer threads run than were asked for. */
function warnAboutThreads(asked: number | 'auto', got: number, wasRunning: boolean): void {
  if (asked === 'auto' || asked <= got) return;
  let why =
    'threads need a cross-origin isolated page (the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp)';
  if (got === mostThreads) why = `the backend has ${mostThreads} at most`;
  else if (wasRunning) why = "the backend was running already; start with more, or call tf.removeBackend('wasm') first";
  else if (isNode()) why = 'the backend did not start more';
  warnOnce(`${asked} threads were asked for and ${got} run: ${why}.`);
}

/** Threads of the running backend: only the threaded build computes on a shared heap. */
function threadsOf(backend: object | undefined, configured: () => number): number {
  const { wasm } = (backend ?? {}) as { wasm?: { wasmMemory?: WebAssembly.Memory } };
  const shared =
    typeof SharedArrayBuffer !== 'undefined' && wasm?.wasmMemory?.buffer instanceof (SharedArrayBuffer as never);
  return shared ? Math.max(1, configured()) : 1;
}

/** Makes wasm the current backend, started with so many threads where it is not running yet. */
async function select(threads: number): Promise<boolean> {
  const start = async (): Promise<boolean> => {
    const selected = await setBackend('wasm');
    await ready();
    return selected;
  };
  if (runningBackend()) return start();
  if (!isNode()) {
    const selected = await withCores(threads, start);
    const backend = runningBackend();
    if (backend) watchThreads(backend);
    return selected;
  }
  if (threads === 1) return start();
  let backend: object | undefined;
  const selected = await withNodeThreads(
    threads,
    async () => {
      const done = await start();
      backend = runningBackend();
      return done;
    },
    (cause) => {
      if (backend) condemn(backend, cause);
    },
  );
  return selected;
}

/** A backend with a dead thread can't compute any more: the next one takes its place. */
function removeCondemned(): void {
  const backend = runningBackend();
  if (!backend || !isCondemned(backend)) return;
  removeBackend('wasm');
  keepFactory();
}

/**
 * Starts tfjs's wasm backend with everything that training needs, and makes it the current backend. After it, training
 * works with tfjs-core alone. A backend that runs already is kept as it is, unless one of its threads has died.
 *
 * @returns what runs: SIMD, relaxed SIMD, threads, and whether the native kernels are in use
 * @throws TypeError or RangeError for wrong options; Error where the backend does not start
 */
export async function startWasm(options: StartOptions = {}): Promise<StartedWasm> {
  requireOptions(options);
  // One after the other: of two starts at a time, tfjs would drop one.
  const started = last.then(() => startNow(options));
  last = started.then(
    () => undefined,
    () => undefined,
  );
  return started;
}

let last: Promise<void> = Promise.resolve();

async function startNow(options: StartOptions): Promise<StartedWasm> {
  const { threads = 'auto', kernels = 'auto', wasmPaths } = options;
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  keepFactory();
  removeCondemned();
  const wanted = wantedThreads(threads);
  const wasRunning = runningBackend() !== undefined;
  if (!wasRunning) {
    if (wasmPaths !== undefined) wasm.setWasmPaths(wasmPaths);
    wasm.setThreadsCount(wanted);
  }
  const registered = await registerTrainingKernels({ kernels });
  const started = await select(wanted).catch((cause: unknown) => {
    removeCondemned();
    throw new Error(`[relumine/${where}] the wasm backend does not start: ${describeCause(cause)}`, { cause });
  });
  if (!started || getBackend() !== 'wasm')
    throw new Error(
      `[relumine/${where}] the wasm backend does not start. In a browser, give the addresses of its .wasm files: startWasm({ wasmPaths }).`,
    );
  const status = registered.kernels === 'pending' ? await nativeStatus() : registered;
  if (status?.reason && kernels === 'auto')
    warnOnce(`training runs on the composed kernels, which are slower: ${status.reason}.`);
  const got = threadsOf(runningBackend(), wasm.getThreadsCount);
  warnAboutThreads(threads, got, wasRunning);
  return {
    backend: 'wasm',
    simd: Boolean(await env().getAsync('WASM_HAS_SIMD_SUPPORT')),
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

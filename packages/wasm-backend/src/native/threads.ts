import type { KernelExports } from './exports';
import { findMemory, type WasmBackend } from './heap';
import { kernelModule, kernelsOf } from './module';
import {
  countMask,
  DONE,
  FAILED,
  headerBytes,
  maxArguments,
  maxParts,
  OPEN,
  partSlots,
  type StartData,
  startThread,
  type Thread,
} from './workers';

/*
 * Threads of our own on the backend's shared heap. A job is a few calls of kernels ("parts"), laid out in a table; the
 * first word of the control block counts the parts that nobody has taken yet, with the job's number above the count, so
 * that taking a part and knowing that the table is still its job's is one atomic step. The calling thread takes parts
 * like the others: a thread that sleeps, or has died, costs time and nothing else. Which thread runs a part changes
 * nothing in the result.
 */

const patienceMs = 120_000;
const maxThreads = 16;

/** The numeric kernels: what a part may call. */
type KernelName = keyof KernelExports;

/** An address that each thread has for itself: scratch that stays in its cache from part to part. */
export interface PerThread {
  readonly at: number;
  /** Bytes from one thread's to the next one's. */
  readonly stride: number;
}

/** One call of a kernel. */
export type Part = readonly [name: KernelName, ...args: (number | boolean | PerThread)[]];

const firstOf = (argument: number | boolean | PerThread): number | boolean =>
  typeof argument === 'object' ? argument.at : argument;
const strideIn = (argument: number | boolean | PerThread): number =>
  typeof argument === 'object' ? argument.stride : 0;

class ThreadPool {
  readonly #threads: Thread[];
  readonly #kernels: KernelExports;
  readonly #indexOf: Map<string, number>;
  readonly #words: Int32Array;
  readonly #table: Float64Array;
  #job = 0;

  constructor(backend: WasmBackend, workers: number) {
    this.#kernels = kernelsOf(backend);
    const names = Object.keys(this.#kernels);
    this.#indexOf = new Map(names.map((name, i) => [name, i]));
    const control = new SharedArrayBuffer(headerBytes + maxParts * partSlots * 8);
    this.#words = new Int32Array(control, 0, headerBytes / 4);
    this.#table = new Float64Array(control, headerBytes);
    const memory = findMemory(backend) as WebAssembly.Memory;
    const data: Omit<StartData, 'index'> = { module: kernelModule(backend), memory, control, names };
    this.#threads = Array.from({ length: workers }, (_, i) => startThread({ ...data, index: i + 1 }));
  }

  get size(): number {
    return this.#threads.length + 1;
  }

  async ready(): Promise<void> {
    await Promise.all(this.#threads.map(({ ready }) => ready));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.stop()));
  }

  run(parts: readonly Part[]): void {
    const [words, table] = [this.#words, this.#table];
    parts.forEach(([name, ...args], part) => {
      const at = part * partSlots;
      table[at] = this.#indexOf.get(name)!;
      table[at + 1] = args.length;
      for (let i = 0; i < args.length; i++) {
        table[at + 2 + i] = Number(firstOf(args[i]!));
        table[at + 2 + maxArguments + i] = strideIn(args[i]!);
      }
    });
    words[DONE] = 0;
    words[FAILED] = 0;
    this.#job = (this.#job + 1) & 0x7fffff;
    Atomics.store(words, OPEN, (this.#job << 8) | parts.length);
    Atomics.notify(words, OPEN);
    for (;;) {
      const word = Atomics.load(words, OPEN);
      const open = word & countMask;
      if (open === 0) break;
      if (Atomics.compareExchange(words, OPEN, word, word - 1) !== word) continue;
      call(this.#kernels, parts[open - 1]!);
      Atomics.add(words, DONE, 1);
    }
    this.#wait(parts.length);
    if (words[FAILED] !== 0) throw new Error('[relumine/wasm-backend] a kernel failed on one of its threads.');
  }

  /** Waits until every part is done: asleep where this thread may sleep, spinning on a page's main thread. */
  #wait(parts: number): void {
    const words = this.#words;
    const end = performance.now() + patienceMs;
    for (let spins = 0; ; spins++) {
      const done = Atomics.load(words, DONE);
      if (done === parts) return;
      if (spins < 10_000) continue;
      try {
        Atomics.wait(words, DONE, done, 100);
      } catch {
        spins = 0;
      }
      if (performance.now() > end) {
        throw new Error(
          '[relumine/wasm-backend] a thread has stopped in the middle of a kernel. Call startWasm() again and build the model anew.',
        );
      }
    }
  }
}

const call = (kernels: KernelExports, [name, ...args]: Part): void => {
  (kernels[name] as (...values: (number | boolean)[]) => void)(...args.map(firstOf));
};

const pools = new Map<WebAssembly.Memory, ThreadPool>();

/** Threads that the backend itself was started with; 1 where its heap is not shared. */
function backendThreads(backend: WasmBackend): number {
  const { buffer } = findMemory(backend) as WebAssembly.Memory;
  if (typeof SharedArrayBuffer === 'undefined' || !(buffer instanceof SharedArrayBuffer)) return 1;
  const { tfjs } = backend.wasm as { tfjs?: { getThreadsCount?(): number } };
  return Math.max(1, Math.min(maxThreads, tfjs?.getThreadsCount?.() ?? 1));
}

/**
 * Starts as many threads for our kernels as the backend has for its own, this one included, and stops those of backends
 * before it. Where they don't start, the kernels run on one.
 */
export async function startThreads(backend: WasmBackend): Promise<number> {
  const memory = findMemory(backend) as WebAssembly.Memory;
  for (const [heap, pool] of pools) {
    if (heap === memory) continue;
    await pool.stop();
    pools.delete(heap);
  }
  const known = pools.get(memory);
  if (known !== undefined) {
    await known.ready();
    return known.size;
  }
  const threads = backendThreads(backend);
  if (threads === 1) return 1;
  let pool: ThreadPool | undefined;
  try {
    pool = new ThreadPool(backend, threads - 1);
    await pool.ready();
  } catch {
    await pool?.stop();
    return 1;
  }
  pools.set(memory, pool);
  return pool.size;
}

/** Threads that {@link runParts} can use at once. */
export function threadCount(backend: WasmBackend): number {
  return pools.size === 0 ? 1 : (pools.get(findMemory(backend) as WebAssembly.Memory)?.size ?? 1);
}

/** Runs calls that don't touch each other's memory, side by side where there are threads, and returns when all are done. */
export function runParts(backend: WasmBackend, parts: readonly Part[]): void {
  const pool = parts.length > 1 ? pools.get(findMemory(backend) as WebAssembly.Memory) : undefined;
  if (pool !== undefined && parts.length <= maxParts) pool.run(parts);
  else for (const part of parts) call(kernelsOf(backend), part);
}

/** Ends the threads of a backend, as if they had died (for tests): their parts fall to the calling thread. */
export async function stopThreads(backend: WasmBackend): Promise<{ workers: number }> {
  const pool = pools.get(findMemory(backend) as WebAssembly.Memory);
  await pool?.stop();
  return { workers: (pool?.size ?? 1) - 1 };
}

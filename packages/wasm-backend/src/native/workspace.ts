import { findMemory, type WasmBackend, withScratch } from './heap';
import type { PerThread } from './threads';

/** Scratch memory of one call: tables of byte offsets and zeroed or raw blocks, laid out first, then filled in one go. */
export class Workspace {
  readonly #tables: { at: number; values: Uint32Array }[] = [];
  #bytes = 0;
  #base = 0;

  /** Reserves `bytes` bytes, aligned to 64; the address is known inside {@link run}. */
  reserve(bytes: number): () => number {
    const at = this.#bytes;
    this.#bytes += Math.ceil(bytes / 64) * 64;
    return () => this.#base + at;
  }

  /** Reserves `bytes` bytes for each of so many threads. */
  reserveEach(threads: number, bytes: number): () => PerThread {
    const stride = Math.ceil(bytes / 64) * 64;
    const base = this.reserve(threads * stride);
    return () => ({ at: base(), stride });
  }

  /** Reserves room for `values` and writes them there. */
  table(values: Uint32Array): () => number {
    const at = this.#bytes;
    this.#tables.push({ at, values });
    return this.reserve(values.byteLength);
  }

  /** Allocates the workspace for the time of `use`; tensors that `use` needs are to be allocated before. */
  run<T>(backend: WasmBackend, use: () => T): T {
    return withScratch(backend, this.#bytes, (base) => {
      this.#base = base;
      const memory = findMemory(backend) as WebAssembly.Memory;
      for (const { at, values } of this.#tables) new Uint32Array(memory.buffer, base + at, values.length).set(values);
      return use();
    });
  }
}

import { availableParallelism } from 'node:os';
import { requirePositiveInteger } from '@relumine/core';
import type { EpochOutcome } from '../results';
import type { Executor, ExecutorHooks } from './executor';
import type { RunEntry } from './journal';
import type { RunSpec } from './plan';
import { type PoolOptions, RunPool } from './pool';

/** Options of `localExecutor`. */
export interface LocalExecutorOptions extends Omit<PoolOptions, 'threads'> {
  /** Worker threads, one WASM engine each; as many as there are cores unless given. */
  workers?: number;
  /** How often a run is tried before its failure is its result; 2 unless given. */
  attempts?: number;
}

/** Why a run failed, in one line. */
export const reasonOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).trim() || 'it gave no reason';

/**
 * Runs on this machine's worker threads. Every run has one WASM thread, so that results agree bit for bit whatever the
 * number of workers.
 *
 * @throws RangeError for workers or attempts below 1
 */
export function localExecutor(options: LocalExecutorOptions = {}): Executor {
  const { workers = availableParallelism(), attempts = 2, ...rest } = options;
  requirePositiveInteger('lab/localExecutor', 'options.workers', workers);
  requirePositiveInteger('lab/localExecutor', 'options.attempts', attempts);

  async function attempt(pool: RunPool, spec: RunSpec, worker: string, hooks: ExecutorHooks): Promise<RunEntry> {
    const { signal, onProgress } = hooks;
    const { key } = spec;
    const onEpoch =
      onProgress && ((outcome: EpochOutcome): void => onProgress({ key, worker, type: 'epoch', outcome }));
    let error = '';
    for (let i = 0; i < attempts; i++) {
      onProgress?.({ key, worker, type: 'start' });
      try {
        return { key, run: await pool.run(spec, { signal, ...(onEpoch ? { onEpoch } : {}) }) };
      } catch (cause) {
        // A run that was cut off is no result; it is done when the sweep goes on.
        signal?.throwIfAborted();
        error = reasonOf(cause);
      }
    }
    return { key, error };
  }

  return {
    async run(source, hooks) {
      const stop = new AbortController();
      const signal = hooks.signal ? AbortSignal.any([hooks.signal, stop.signal]) : stop.signal;
      const pool = new RunPool({ ...rest, threads: Math.min(workers, source.size ?? workers) || 1 });
      const idle = Array.from({ length: workers }, (_, i) => `thread ${i + 1}`).reverse();
      const busy = new Set<Promise<void>>();
      const work = async (spec: RunSpec, worker: string): Promise<void> => {
        const entry = await attempt(pool, spec, worker, { ...hooks, signal });
        await hooks.onResult(entry);
        idle.push(worker);
      };
      try {
        for (;;) {
          signal.throwIfAborted();
          for (
            let spec = idle.length > 0 ? source.next() : undefined;
            spec;
            spec = idle.length > 0 ? source.next() : undefined
          ) {
            const running: Promise<void> = work(spec, idle.pop()!).finally(() => busy.delete(running));
            busy.add(running);
          }
          if (busy.size === 0) return;
          await Promise.race(busy);
        }
      } finally {
        stop.abort(new Error('the sweep was stopped'));
        await Promise.allSettled(busy);
        await pool.end();
      }
    },
  };
}

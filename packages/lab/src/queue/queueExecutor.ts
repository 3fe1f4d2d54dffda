import { requireFinite, requirePositiveInteger } from '@relumine/core';
import type { Executor, ExecutorHooks, RunSource } from '../sweep/executor';
import type { ConnectionOptions } from './connection';
import { coordinate } from './coordinate';
import { defaultQueue } from './jobs';

/** Options of `queueExecutor`. */
export interface QueueExecutorOptions extends ConnectionOptions {
  /** The name that coordinators and workers share; `relumine` unless given. */
  queue?: string;
  /** How often a run is tried before its failure is its result; 2 unless given. */
  attempts?: number;
  /** Runs that are in the queue at most; 1000 unless given. */
  ahead?: number;
  /** Seconds without Redis in the middle of a sweep after which it ends; 300 unless given. */
  reconnectFor?: number;
  /** Seconds between looks at what may have been missed; 5 unless given. */
  checkEvery?: number;
}

const where = 'lab/queueExecutor';

/**
 * Runs on any number of `relumine worker` processes, on this machine or others, that take their work from Redis (BullMQ).
 * A worker that dies loses nothing: another does its run. Redis may be restarted (with its append-only file on) while the
 * sweep runs. Every run has one WASM thread, so that results are those of `localExecutor`, bit for bit.
 *
 * @throws TypeError or RangeError for wrong options; when it runs, RangeError where no Redis answers
 *
 * @example
 * const { runs } = await sweep(plan, { executor: queueExecutor({ redisUrl: 'redis://127.0.0.1:6379' }) });
 */
export function queueExecutor(options: QueueExecutorOptions): Executor {
  const { queue = defaultQueue, attempts = 2, ahead = 1000, reconnectFor = 300, checkEvery = 5 } = options;
  requirePositiveInteger(where, 'options.attempts', attempts);
  requirePositiveInteger(where, 'options.ahead', ahead);
  requireFinite(where, 'options.reconnectFor', reconnectFor, { min: 0, exclusive: true });
  requireFinite(where, 'options.checkEvery', checkEvery, { min: 0, exclusive: true });
  return {
    async run(source: RunSource, hooks: ExecutorHooks) {
      const { onResult, onProgress, signal } = hooks;
      await coordinate(where, { ...options, queue, attempts, ahead, reconnectFor, checkEvery, signal }, () => ({
        next: () => source.next(),
        onResult,
        onProgress,
      }));
    },
  };
}

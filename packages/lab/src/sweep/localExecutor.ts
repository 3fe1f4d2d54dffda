import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { requirePositiveInteger } from '@relumine/core';
import type { Run } from '../results';
import type { Executor } from './executor';
import type { RunEntry } from './journal';
import type { RunSpec } from './plan';

export interface LocalExecutorOptions {
  /** Worker threads, one WASM engine each; as many as there are cores unless given. */
  workers?: number;
  /** How often a run is tried before its failure is its result; 2 unless given. */
  attempts?: number;
}

export type WorkerAnswer = { run: Run } | { error: string };

/** In the package it lies beside this file; in the repository it is the built one. */
const workerFile = (): URL => {
  const fromSource = import.meta.url.endsWith('.ts');
  return new URL(fromSource ? '../../dist/runWorker.js' : './runWorker.js', import.meta.url);
};

const stopped = 'the sweep was stopped';

/** One thread that does one run after the other; a thread that dies takes only its run along. */
class Thread {
  private worker: Worker | undefined;
  /** Told to stop: nothing is started any more. */
  private ended = false;

  run({ plan }: RunSpec): Promise<WorkerAnswer> {
    if (this.ended) return Promise.resolve({ error: stopped });
    this.worker ??= new Worker(workerFile(), { execArgv: [] });
    const { worker } = this;
    return new Promise((answer) => {
      const settle = (result: WorkerAnswer, gone: boolean): void => {
        worker.off('message', onMessage).off('error', onError).off('exit', onExit);
        if (gone) this.worker = undefined;
        answer(result);
      };
      const onMessage = (result: WorkerAnswer): void => settle(result, false);
      const onError = (error: Error): void => settle({ error: error.message }, true);
      const onExit = (code: number): void => settle({ error: `the worker ended with code ${code}` }, true);
      worker.on('message', onMessage).on('error', onError).on('exit', onExit);
      worker.postMessage(plan);
    });
  }

  get isEnded(): boolean {
    return this.ended;
  }

  async end(): Promise<void> {
    this.ended = true;
    await this.worker?.terminate();
    this.worker = undefined;
  }
}

/**
 * Runs on this machine's worker threads. Every run has one WASM thread, so that results agree bit for bit whatever the
 * number of workers.
 *
 * @throws RangeError for workers or attempts below 1
 */
export function localExecutor(options: LocalExecutorOptions = {}): Executor {
  const { workers = availableParallelism(), attempts = 2 } = options;
  requirePositiveInteger('lab/localExecutor', 'options.workers', workers);
  requirePositiveInteger('lab/localExecutor', 'options.attempts', attempts);
  const attempt = async (thread: Thread, spec: RunSpec): Promise<RunEntry> => {
    let answer: WorkerAnswer = { error: '' };
    for (let i = 0; i < attempts; i++) {
      answer = await thread.run(spec);
      if ('run' in answer || thread.isEnded) break;
    }
    return { key: spec.key, ...answer };
  };
  return {
    async run(specs, onResult, signal) {
      const queue = [...specs];
      const threads = Array.from({ length: Math.min(workers, queue.length) }, () => new Thread());
      const work = async (thread: Thread): Promise<void> => {
        for (let spec = queue.shift(); spec; spec = queue.shift()) {
          signal?.throwIfAborted();
          const entry = await attempt(thread, spec);
          // A run that was cut off is no result; it is done when the sweep goes on.
          signal?.throwIfAborted();
          if (thread.isEnded && 'error' in entry) return;
          await onResult(entry);
        }
      };
      const abort = (): void => void Promise.all(threads.map((thread) => thread.end()));
      signal?.addEventListener('abort', abort);
      try {
        await Promise.all(threads.map(work));
      } finally {
        signal?.removeEventListener('abort', abort);
        await Promise.all(threads.map((thread) => thread.end()));
      }
    },
  };
}

import { MessageChannel } from 'node:worker_threads';
import { Piscina } from 'piscina';
import type { ShardResult, ShardSpec } from '../audit/shard';
import type { EpochOutcome, Run } from '../results';
import type { RunSpec } from './plan';

/** What a worker thread gets. */
export interface Task {
  spec: RunSpec | ShardSpec;
  root: string;
  /** The model of a shard. */
  model?: Uint8Array | undefined;
  checkpoints?: string | undefined;
}

/** What a run tells of itself: that it has begun, an epoch that has ended, that its thread is of no use any more and why. */
export type RunNews = { begun: true } | { outcome: EpochOutcome } | { lost: string };

/** What the error of a pool begins with whose threads end before they can do anything. */
export const noThread = '[relumine/lab/RunPool] No thread could be started: ';

/** What a piece of work ends with. */
export type Outcome<S> = S extends ShardSpec ? ShardResult : Run;

export interface PoolOptions {
  /** Threads, one WASM engine each. */
  threads: number;
  /** A folder for the state of runs between their epochs; none is kept unless given. */
  checkpoints?: string | undefined;
  /** Where relative paths of data begin; the working directory unless given. */
  root?: string | undefined;
  /** A module whose default export does a run in place of Relumine's own training: a file URL. */
  trainer?: string | undefined;
  /** Megabytes of JavaScript heap for each thread; Node's own limit unless given. */
  memory?: number | undefined;
}

export interface RunOptions {
  /** The model of a shard. */
  model?: Uint8Array | undefined;
  signal?: AbortSignal | undefined;
  onEpoch?: (outcome: EpochOutcome) => void;
}

/** In the package it lies beside this file; in the repository it is the built one. */
const workerFile = (): string => {
  const fromSource = import.meta.url.endsWith('.ts');
  return new URL(fromSource ? '../../dist/runWorker.js' : './runWorker.js', import.meta.url).href;
};

/** Worker threads that do one run after the other; a thread that dies takes only its run along. */
export class RunPool {
  private readonly pool: Piscina;
  private readonly task: Omit<Task, 'spec' | 'model'>;
  /** Ends the runs that have not begun. */
  private readonly waiting = new Set<(reason: string) => void>();

  constructor({ threads, checkpoints, root = process.cwd(), trainer, memory }: PoolOptions) {
    this.task = { root, checkpoints };
    this.pool = new Piscina({
      filename: workerFile(),
      minThreads: 0,
      maxThreads: threads,
      concurrentTasksPerWorker: 1,
      idleTimeout: Number.POSITIVE_INFINITY,
      // A thread that waits in Atomics.wait would not finish what its run left to do.
      atomics: 'disabled',
      execArgv: [],
      workerData: { trainer },
      ...(memory === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: memory } }),
    });
    // An error that ends a run reaches that run. One of a thread that never began reaches nobody: runs would wait for ever.
    this.pool.on('error', (error: Error) => {
      for (const end of this.waiting) end(`${noThread}${error.message}`);
    });
  }

  /**
   * Does one run. Rejects with what it threw, with why its thread died, or, at once, when it is aborted. A thread that is
   * lost to a run is ended with it; the next run gets another.
   */
  async run<S extends RunSpec | ShardSpec>(spec: S, { signal, onEpoch, model }: RunOptions = {}): Promise<Outcome<S>> {
    const { port1, port2 } = new MessageChannel();
    const control = new AbortController();
    const abort = (): void => control.abort(signal?.reason);
    let lost: string | undefined;
    const end = (reason: string): void => {
      lost = reason;
      control.abort();
    };
    this.waiting.add(end);
    port1.on('message', (news: RunNews) => {
      if ('outcome' in news) onEpoch?.(news.outcome);
      else if ('lost' in news) end(news.lost);
      else this.waiting.delete(end);
    });
    signal?.addEventListener('abort', abort);
    if (signal?.aborted) abort();
    try {
      const options = { signal: control.signal, transferList: [port2] };
      return (await this.pool.run({ spec, ...this.task, model, port: port2 }, options)) as Outcome<S>;
    } catch (error) {
      throw lost === undefined ? error : new Error(lost, { cause: error });
    } finally {
      this.waiting.delete(end);
      signal?.removeEventListener('abort', abort);
      port1.close();
    }
  }

  /** Ends all threads at once. */
  async end(): Promise<void> {
    await this.pool.destroy();
  }
}

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

/** What a run tells of itself: an epoch that has ended, or that its thread is of no use any more, and why. */
export type RunNews = { outcome: EpochOutcome } | { lost: string };

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
    // Errors reach the run that they end; without a listener they would end the process.
    this.pool.on('error', () => undefined);
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
    port1.on('message', (news: RunNews) => {
      if ('outcome' in news) return onEpoch?.(news.outcome);
      lost = news.lost;
      control.abort();
    });
    signal?.addEventListener('abort', abort);
    if (signal?.aborted) abort();
    try {
      const options = { signal: control.signal, transferList: [port2] };
      return (await this.pool.run({ spec, ...this.task, model, port: port2 }, options)) as Outcome<S>;
    } catch (error) {
      throw lost === undefined ? error : new Error(lost, { cause: error });
    } finally {
      signal?.removeEventListener('abort', abort);
      port1.close();
    }
  }

  /** Ends all threads at once. */
  async end(): Promise<void> {
    await this.pool.destroy();
  }
}

import { availableParallelism, hostname } from 'node:os';
import { requireFinite, requirePositiveInteger } from '@relumine/core';
import { type Job, UnrecoverableError, WaitingError } from 'bullmq';
import type { ShardSpec } from '../audit/shard';
import { reasonOf } from '../sweep/localExecutor';
import type { RunSpec } from '../sweep/plan';
import { noThread, type Outcome, type PoolOptions, RunPool } from '../sweep/pool';
import { versions } from '../versions';
import { AbandonableWorker } from './abandonableWorker';
import { type ConnectionOptions, connect, shownUrl, watchConnection } from './connection';
import { defaultQueue, type JobData, type JobNews } from './jobs';
import { labelOfWork } from './labelOfWork';

/** What a worker tells of itself. */
export type WorkerEvent =
  | { type: 'ready'; worker: string }
  | { type: 'start'; key: string; label: string }
  | { type: 'done'; key: string; label: string; seconds: number }
  | { type: 'failed'; key: string; label: string; error: string };

/** Options of `queueWorker`. */
export interface QueueWorkerOptions extends ConnectionOptions, Omit<PoolOptions, 'threads'> {
  /** Runs at a time, each in a thread of its own; as many as there are cores unless given. */
  workers?: number;
  queue?: string;
  /** Seconds after which the run of a worker that no longer answers goes to another; 15 unless given. */
  lockFor?: number;
  /** How many workers may die in one run before that is held to be the run's fault; 2 unless given. */
  deaths?: number;
  /** Seconds without Redis after which the worker ends; 300 unless given. */
  reconnectFor?: number;
  onEvent?: (event: WorkerEvent) => void;
}

/** A worker that is at work. */
export interface QueueWorker {
  readonly name: string;
  /** Finishes what it has in hand and ends; at once with `force`: its runs then go to others. */
  close(force?: boolean): Promise<void>;
  /** Resolves when it has ended; rejects where it had to. */
  readonly ended: Promise<void>;
}

const where = 'lab/startQueueWorker';

/** What this worker can't do, but another may: other data, other versions, no threads. */
const isUnfit = (message: string): boolean =>
  /^\[relumine\/lab\/(loadData|auditShard)\]/.test(message) ||
  message.startsWith(noThread) ||
  message.includes('The images here are not those of');

/**
 * Takes runs from the queue and does them, each in a thread, so that this thread is free to renew their locks: a run whose
 * worker lives is never given to another, one whose worker died is.
 *
 * @throws TypeError or RangeError for wrong options, and where no Redis answers
 */
export async function startQueueWorker(options: QueueWorkerOptions): Promise<QueueWorker> {
  const { redisUrl, workers = availableParallelism(), queue = defaultQueue, lockFor = 15, deaths = 2 } = options;
  const { reconnectFor = 300, onEvent = () => undefined, connectFor, ...rest } = options;
  requirePositiveInteger(where, 'options.workers', workers);
  requirePositiveInteger(where, 'options.deaths', deaths, 0);
  requireFinite(where, 'options.lockFor', lockFor, { min: 0.5 });
  const client = await connect(where, { redisUrl, connectFor });
  const name = `${hostname()}:${process.pid}`;
  const pool = new RunPool({ ...rest, threads: workers });
  const stop = new AbortController();
  const using = versions();
  let settle = { end: (): void => undefined, fail: (_: unknown): void => undefined };
  const ended = new Promise<void>((resolve, reject) => {
    settle = { end: resolve, fail: reject };
  });
  ended.catch(() => undefined);

  let known: { name: string; bytes: Promise<Buffer | null> } | undefined;
  /** The model of a shard; the next shard is most often of the same. */
  async function modelOf({ shard }: ShardSpec): Promise<Buffer> {
    if (known?.name !== shard.model) known = { name: shard.model, bytes: client.getBuffer(shard.model) };
    const bytes = await known.bytes;
    if (bytes) return bytes;
    throw new Error(`[relumine/${where}] The model of this shard is not in Redis any more: its audit has ended.`);
  }

  async function giveBack(job: Job, token: string | undefined, error: Error): Promise<never> {
    await worker.pause(true);
    await job.moveToWait(token);
    void finish(true, error);
    throw new WaitingError();
  }

  async function work(
    job: Job<JobData, Outcome<RunSpec | ShardSpec>>,
    token?: string,
  ): Promise<Outcome<RunSpec | ShardSpec>> {
    const { spec, versions: wanted } = job.data;
    const { key } = spec;
    if (JSON.stringify(wanted) !== JSON.stringify(using))
      return giveBack(
        job as Job,
        token,
        new Error(
          `[relumine/${where}] This worker has ${JSON.stringify(using)}, the sweep ${JSON.stringify(wanted)}: install the same versions.`,
        ),
      );
    const since = performance.now();
    // News may get lost; a result may not.
    const tell = (news: JobNews): void => void job.updateProgress(news as never).catch(() => undefined);
    const label = labelOfWork(spec);
    onEvent({ type: 'start', key, label });
    tell({ type: 'start', worker: name });
    try {
      const model = 'shard' in spec ? await modelOf(spec) : undefined;
      const run = await pool.run(spec, {
        model,
        signal: stop.signal,
        onEpoch: (outcome) => tell({ type: 'epoch', worker: name, outcome }),
      });
      onEvent({ type: 'done', key, label, seconds: (performance.now() - since) / 1000 });
      return run;
    } catch (error) {
      const reason = reasonOf(error);
      if (isUnfit(reason)) return giveBack(job as Job, token, new Error(reason));
      if (stop.signal.aborted) {
        // Given back at once, it need not wait until its lock lapses.
        await job.moveToWait(token).catch(() => undefined);
        throw new WaitingError();
      }
      onEvent({ type: 'failed', key, label, error: reason });
      // What is wrong with a plan stays wrong.
      throw /^\[relumine\/(lab|models)\//.test(reason) ? new UnrecoverableError(reason) : new Error(reason);
    }
  }

  const worker = new AbandonableWorker<JobData, Outcome<RunSpec | ShardSpec>>(queue, work, {
    connection: client,
    concurrency: workers,
    lockDuration: lockFor * 1000,
    stalledInterval: Math.max(500, (lockFor * 1000) / 3),
    maxStalledCount: deaths,
    name,
  });
  worker.on('error', () => undefined);
  const unwatch = watchConnection(
    client,
    reconnectFor,
    () =>
      void finish(
        true,
        new Error(`[relumine/${where}] Redis at ${shownUrl(redisUrl)} has been gone for ${reconnectFor} s.`),
      ),
  );

  let closing: Promise<void> | undefined;
  async function close(force: boolean): Promise<void> {
    unwatch();
    if (force) stop.abort(new Error('the worker was stopped'));
    const closed = worker.close().catch(() => undefined);
    // Without Redis it would wait for an answer for ever, also when Redis goes away while it waits.
    let stopWaiting = (): void => undefined;
    const lost = new Promise<void>((resolve) => {
      stopWaiting = watchConnection(client, force ? 0.2 : 5, resolve);
    });
    await Promise.race([closed, lost]);
    stopWaiting();
    await pool.end();
    worker.abandon();
    client.disconnect();
  }
  async function finish(force: boolean, error?: Error): Promise<void> {
    if (force && closing) stop.abort(new Error('the worker was stopped'));
    closing ??= close(force);
    await closing;
    if (error) settle.fail(error);
    else settle.end();
  }
  await worker.waitUntilReady();
  onEvent({ type: 'ready', worker: name });
  return { name, ended, close: (force = false) => finish(force) };
}

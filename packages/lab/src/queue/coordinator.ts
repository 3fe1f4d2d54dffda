import { setTimeout as sleep } from 'node:timers/promises';
import { type Job, Queue, QueueEvents } from 'bullmq';
import type { Redis } from 'ioredis';
import type { RunProgress } from '../sweep/executor';
import type { Entry } from '../sweep/journal';
import type { Outcome } from '../sweep/pool';
import { versions } from '../versions';
import { type JobData, type JobNews, jobIdOf } from './jobs';

/** What goes into the queue. */
type Work = JobData['spec'];

/** Where it comes from, and who takes what comes out. */
export interface Owner<S extends Work> {
  next(): S | undefined;
  onResult(entry: Entry<Outcome<S>>): Promise<void>;
  onProgress?: ((progress: RunProgress) => void) | undefined;
  /** Takes out of Redis what was put there for the work; called at its end, however it ends, while there is a connection. */
  end?(): Promise<unknown>;
}

export interface CoordinatorOptions {
  queue: string;
  attempts: number;
  ahead: number;
  checkEvery: number;
}

/** Results stay in Redis until they are in the journal; what no sweep came back for goes after a week. */
const keepFor = 7 * 24 * 3600;
const page = 200;

const ignore = (): void => undefined;

/**
 * Puts the runs (or shards) of a source into the queue and hands over their results, each once: it hears of them by events, and looks by
 * itself for what it may not have heard while Redis was away. A result leaves Redis when it is kept.
 */
export class Coordinator<S extends Work> {
  private readonly client: Redis;
  private readonly options: CoordinatorOptions;
  private readonly owner: Owner<S>;
  private readonly queue: Queue;
  private readonly events: QueueEvents;
  private readonly connections: Redis[];
  /** By the name of their job: those that are in the queue, or with a worker. */
  private readonly outstanding = new Map<string, S>();
  private readonly settling = new Set<Promise<void>>();
  private readonly adding = new Set<Promise<unknown>>();
  private readonly ended: Promise<void>;
  private end!: () => void;
  fail!: (reason: unknown) => void;
  private isOver = false;
  private filling = false;
  private lastNews = performance.now();

  constructor(client: Redis, options: CoordinatorOptions, owner: Owner<S>) {
    this.client = client;
    this.options = options;
    this.owner = owner;
    const listening = client.duplicate();
    this.connections = [client, listening];
    listening.on('error', ignore);
    // Old events are of no use: what was missed is found in the jobs themselves.
    this.queue = new Queue(options.queue, { connection: client, streams: { events: { maxLen: 5000 } } });
    this.events = new QueueEvents(options.queue, { connection: listening });
    this.ended = new Promise((resolve, reject) => {
      this.end = resolve;
      this.fail = reject;
    });
    this.ended.catch(ignore).finally(() => {
      this.isOver = true;
    });
    this.queue.on('error', ignore);
    this.events.on('error', ignore);
    this.events.on('completed', ({ jobId, returnvalue }) =>
      this.settle(jobId, { run: returnvalue as unknown as Outcome<S> }),
    );
    this.events.on('failed', ({ jobId, failedReason }) => this.settle(jobId, { error: failedReason }));
    this.events.on('progress', ({ jobId, data }) => this.tell(jobId, data as unknown as JobNews));
  }

  /** Resolves when every run of the source has a result that is kept. */
  async done(): Promise<void> {
    await Promise.race([this.ended, this.events.waitUntilReady()]);
    if (this.isOver) return this.ended;
    this.attempt(async () => {
      await this.fill();
      await this.lookForMissed();
    });
    void this.keepLooking();
    await this.ended;
    await Promise.all(this.settling);
  }

  async close(): Promise<void> {
    this.isOver = true;
    // What is being added would come back after it is taken out.
    if (this.client.status === 'ready') await Promise.allSettled(this.adding);
    // A sweep that was ended leaves no work behind; what a worker has in hand it may finish.
    if (this.client.status === 'ready')
      await Promise.allSettled([...this.outstanding.keys()].map((id) => this.queue.remove(id)));
    // Without Redis they would wait for an answer for ever.
    const closing = Promise.allSettled([this.events.close(), this.queue.close()]);
    await Promise.race([closing, sleep(this.client.status === 'ready' ? 5000 : 200, undefined, { ref: false })]);
    for (const connection of this.connections) connection.disconnect();
  }

  private attempt(action: () => Promise<void>): void {
    action().catch((error: unknown) => this.fail(error));
  }

  /** Takes runs from the source while the queue has room for them. */
  private async fill(): Promise<void> {
    if (this.filling || this.isOver) return;
    this.filling = true;
    try {
      for (;;) {
        const fresh: S[] = [];
        while (this.outstanding.size < this.options.ahead && fresh.length < page) {
          const spec = this.owner.next();
          if (!spec) break;
          this.outstanding.set(jobIdOf(spec.key), spec);
          fresh.push(spec);
        }
        if (fresh.length === 0) break;
        await this.add(fresh);
      }
    } finally {
      this.filling = false;
    }
    if (this.outstanding.size === 0 && this.settling.size === 0) this.end();
  }

  /** A job that is there already, by its name, is left as it is. */
  private async add(specs: readonly S[]): Promise<void> {
    if (this.isOver) return;
    const { attempts } = this.options;
    const using = versions();
    const adding = this.queue.addBulk(
      specs.map((spec) => ({
        name: 'run',
        data: { spec, versions: using } satisfies JobData,
        opts: {
          jobId: jobIdOf(spec.key),
          attempts,
          backoff: { type: 'fixed', delay: 100 },
          removeOnComplete: { age: keepFor },
          removeOnFail: { age: keepFor },
        },
      })),
    );
    this.adding.add(adding);
    await adding.finally(() => this.adding.delete(adding));
  }

  private settle(jobId: string, end: { run: Outcome<S> } | { error: string }): void {
    const spec = this.outstanding.get(jobId);
    if (!spec || this.isOver) return;
    this.outstanding.delete(jobId);
    this.lastNews = performance.now();
    const work = this.keep(jobId, { key: spec.key, ...end });
    this.settling.add(work);
    work
      .catch((error: unknown) => this.fail(error))
      .finally(() => {
        this.settling.delete(work);
        this.attempt(() => this.fill());
      });
  }

  private async keep(jobId: string, entry: Entry<Outcome<S>>): Promise<void> {
    await this.owner.onResult(entry);
    // Only what is kept here may leave Redis.
    await this.queue.remove(jobId).catch(ignore);
  }

  private tell(jobId: string, { type, worker, outcome }: JobNews): void {
    const spec = this.outstanding.get(jobId);
    if (!spec) return;
    this.lastNews = performance.now();
    this.owner.onProgress?.({ key: spec.key, type, worker, ...(outcome ? { outcome } : {}) });
  }

  private async keepLooking(): Promise<void> {
    const wait = this.options.checkEvery * 1000;
    let cameBack = false;
    const back = (): void => {
      cameBack = true;
    };
    this.client.on('ready', back);
    while (!this.isOver) {
      await sleep(Math.min(wait, 1000), undefined, { ref: false });
      const isQuiet = performance.now() - this.lastNews > wait;
      if (this.isOver || this.client.status !== 'ready' || !(cameBack || isQuiet)) continue;
      cameBack = false;
      this.lastNews = performance.now();
      await this.lookForMissed().catch((error: unknown) => {
        if (this.client.status === 'ready') this.fail(error);
        cameBack = true;
      });
    }
    this.client.off('ready', back);
  }

  /** Results that no event told of, and runs that Redis does not know any more. */
  private async lookForMissed(): Promise<void> {
    for (const state of ['completed', 'failed'] as const) {
      for (let from = 0; !this.isOver; from += page) {
        const jobs = (await this.queue.getJobs([state], from, from + page - 1)) as (Job | undefined)[];
        for (const job of jobs) if (job?.id) this.settleFrom(job, state);
        if (jobs.length < page) break;
      }
    }
    const ids = [...this.outstanding.keys()];
    const found = await Promise.all(ids.map((id) => this.client.exists(this.queue.toKey(id))));
    const lost = ids.filter((_, i) => found[i] === 0).flatMap((id) => this.outstanding.get(id) ?? []);
    for (let from = 0; from < lost.length; from += page) await this.add(lost.slice(from, from + page));
  }

  private settleFrom(job: Job, state: 'completed' | 'failed'): void {
    if (state === 'completed') this.settle(job.id!, { run: job.returnvalue as Outcome<S> });
    else this.settle(job.id!, { error: job.failedReason });
  }
}

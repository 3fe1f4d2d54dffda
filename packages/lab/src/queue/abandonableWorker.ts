import { Worker } from 'bullmq';

/** A worker that can also end without Redis, which `close` waits for. */
export class AbandonableWorker<Data, Result> extends Worker<Data, Result> {
  /** Stops what would keep the process alive: the renewal of locks, and the connection on which it waits for runs. */
  abandon(): void {
    void this.lockManager.close();
    void this.disconnect().catch(() => undefined);
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startRedis } from './redisServer.testing';
import { startWorkerProcess } from './workerProcess.testing';

test.each([
  { told: 0, gone: 50 },
  { told: 0, gone: 0 },
  { told: 20, gone: 0 },
  { told: 300, gone: 0 },
])(
  'a worker that is told to end after $told ms ends, Redis being gone after $gone ms',
  async ({ told, gone }) => {
    const redis = await startRedis();
    const worker = await startWorkerProcess({ redisUrl: redis.url, workers: 1, queue: 'stopping' });
    try {
      const ended = sleep(told).then(() => worker.end('SIGTERM'));
      await sleep(gone).then(() => redis.kill());
      // Awaited without a limit of its own: a process that stays is ended by the limit of the test.
      await ended;
    } finally {
      await worker.end('SIGKILL');
      await redis.remove();
    }
    expect(worker.events.map(({ type }) => type)).toEqual(['ready']);
  },
  60_000,
);

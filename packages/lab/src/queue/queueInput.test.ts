import { describe, expect, test } from 'vitest';
import { type SweepPlan, sweep } from '../index';
import { queueExecutor, startQueueWorker } from '../queue';

const plan: SweepPlan = { trainSize: 4, testSize: 4, probeSize: 4, epochs: 1, batchSize: 2 };

describe('bad input', () => {
  test('a Redis that does not answer: tried again, then a clear end', async () => {
    const url = 'redis://user:secret@127.0.0.1:1';
    const message =
      /`redisUrl` must be of a Redis that answers\. Received: "redis:\/\/user:…@127\.0\.0\.1:1", which did not in \d tries \(.*ECONNREFUSED.*\)\. Is it running\? Start one with redis-server\./;
    const from = performance.now();
    await expect(sweep(plan, { executor: queueExecutor({ redisUrl: url, connectFor: 0.8 }) })).rejects.toThrow(message);
    expect(performance.now() - from).toBeLessThan(5000);
    await expect(startQueueWorker({ redisUrl: url, connectFor: 0.3 })).rejects.toThrow(
      'must be of a Redis that answers',
    );
  });

  test.each([
    ['localhost:6379', '`redisUrl` must be an address such as redis://127.0.0.1:6379. Received: "localhost:6379"'],
    [6379, '`redisUrl` must be an address'],
    ['http://127.0.0.1', 'must be an address'],
  ])('%j is refused', async (redisUrl, message) => {
    await expect(startQueueWorker({ redisUrl: redisUrl as string })).rejects.toThrow(message);
  });

  test('options out of range', () => {
    expect(() => queueExecutor({ redisUrl: 'redis://x', attempts: 0 })).toThrow('`options.attempts`');
    expect(() => queueExecutor({ redisUrl: 'redis://x', checkEvery: 0 })).toThrow('`options.checkEvery`');
  });
});

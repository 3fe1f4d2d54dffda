import { setTimeout as sleep } from 'node:timers/promises';
import { describe, invalidArgument } from '@relumine/core';
import { Redis } from 'ioredis';

export interface ConnectionOptions {
  /** `redis://host:port`, with a password and a number of a database where needed; `rediss://` for TLS. */
  redisUrl: string;
  /** Seconds to wait for a Redis that does not answer, at the start; 10 unless given. */
  connectFor?: number | undefined;
}

/** An address without its password, for messages. */
export const shownUrl = (url: string): string => url.replace(/(\/\/[^/@:]*:)[^@/]*@/, '$1…@');

function requireUrl(where: string, redisUrl: unknown): asserts redisUrl is string {
  const isUrl = typeof redisUrl === 'string' && /^rediss?:\/\/[^/\s]/.test(redisUrl) && URL.canParse(redisUrl);
  if (isUrl) return;
  throw invalidArgument({
    where,
    argument: 'redisUrl',
    rule: 'must be an address such as redis://127.0.0.1:6379',
    received: typeof redisUrl === 'string' ? JSON.stringify(shownUrl(redisUrl)) : describe(redisUrl),
    type: typeof redisUrl === 'string' ? RangeError : TypeError,
  });
}

/** How long to wait before the `times`-th try: a tenth of a second, doubled up to two. */
const backOff = (times: number): number => Math.min(100 * 2 ** (times - 1), 2000);

/**
 * A connection to Redis that comes back by itself when it was lost.
 *
 * @throws RangeError where no Redis answers within `connectFor` seconds, however often it is tried
 */
export async function connect(where: string, { redisUrl, connectFor = 10 }: ConnectionOptions): Promise<Redis> {
  requireUrl(where, redisUrl);
  const until = performance.now() + connectFor * 1000;
  for (let tries = 1; ; tries++) {
    const client = new Redis(redisUrl, { lazyConnect: true, maxRetriesPerRequest: null, retryStrategy: backOff });
    let cause: unknown;
    client.on('error', (error) => {
      cause = error;
    });
    const left = Math.max(200, until - performance.now());
    const answered = await Promise.race([
      client.connect().then(
        () => true,
        (error: unknown) => {
          cause ??= error;
          return false;
        },
      ),
      sleep(left, false, { ref: false }),
    ]);
    // Connected is not enough: with a wrong password it is the first command that fails.
    const isFine =
      answered &&
      (await client.ping().then(
        () => true,
        (error: unknown) => {
          cause = error;
          return false;
        },
      ));
    if (isFine) return client;
    client.disconnect();
    const refused = /NOAUTH|WRONGPASS|NOPERM/.test(String(cause));
    if (refused || performance.now() + backOff(tries) >= until)
      throw invalidArgument({
        where,
        argument: 'redisUrl',
        rule: 'must be of a Redis that answers',
        received: `${JSON.stringify(shownUrl(redisUrl))}, which did not in ${tries} ${tries === 1 ? 'try' : 'tries'} (${cause instanceof Error ? cause.message || (cause as NodeJS.ErrnoException).code : 'no answer'})`,
        wayOut: refused ? 'Put user and password into the address.' : 'Is it running? Start one with redis-server.',
        cause,
      });
    await sleep(backOff(tries));
  }
}

/** Calls `onLost` when a connection has been gone for `seconds`, from now if it is gone; returns what ends the watch. */
export function watchConnection(client: Redis, seconds: number, onLost: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const gone = (): void => {
    timer ??= setTimeout(onLost, seconds * 1000);
  };
  const back = (): void => {
    clearTimeout(timer);
    timer = undefined;
  };
  client.on('close', gone).on('ready', back);
  if (client.status !== 'ready') gone();
  return () => {
    back();
    client.off('close', gone).off('ready', back);
  };
}

import type { Redis } from 'ioredis';
import { type ConnectionOptions, connect, shownUrl, watchConnection } from './connection';
import { Coordinator, type CoordinatorOptions, type Owner } from './coordinator';
import type { JobData } from './jobs';

export interface CoordinateOptions extends ConnectionOptions, CoordinatorOptions {
  /** Seconds without Redis after which the work ends. */
  reconnectFor: number;
  signal?: AbortSignal | undefined;
}

/**
 * Has an owner's work done over the queue, to its end. An abort ends it, and so does a Redis that is gone for too long.
 *
 * @param begin makes the owner, once there is a connection
 */
export async function coordinate<S extends JobData['spec']>(
  where: string,
  { redisUrl, connectFor, reconnectFor, signal, ...options }: CoordinateOptions,
  begin: (client: Redis) => Owner<S> | Promise<Owner<S>>,
): Promise<void> {
  const client = await connect(where, { redisUrl, connectFor });
  let owner: Owner<S>;
  try {
    owner = await begin(client);
  } catch (error) {
    client.disconnect();
    throw error;
  }
  const coordinator = new Coordinator(client, options, owner);
  const unwatch = watchConnection(client, reconnectFor, () =>
    coordinator.fail(
      new Error(
        `[relumine/${where}] Redis at ${shownUrl(redisUrl)} has been gone for ${reconnectFor} s. What is in the journal is kept: start the sweep again with it.`,
      ),
    ),
  );
  const abort = (): void => coordinator.fail(signal?.reason);
  signal?.addEventListener('abort', abort);
  try {
    if (signal?.aborted) abort();
    await coordinator.done();
  } finally {
    signal?.removeEventListener('abort', abort);
    unwatch();
    if (client.status === 'ready') await owner.end?.().catch(() => undefined);
    await coordinator.close();
  }
}

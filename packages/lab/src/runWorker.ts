import { type MessagePort, workerData } from 'node:worker_threads';
import { startWasm } from '@relumine/wasm-backend';
import { auditShard } from './audit/auditShard';
import type { ShardResult } from './audit/shard';
import { wholePlan } from './compare/plan';
import { DataCache } from './data/dataCache';
import type { Run } from './results';
import { fileStore } from './run/checkpoint';
import { trainRun } from './run/trainRun';
import type { RunNews, Task } from './sweep/pool';
import type { Trainer } from './sweep/trainer';

// The file that a worker thread starts with: it does one run, or one shard of an audit, for each task.

const cache = new DataCache();

/** The trainer unless another module is named: `compare`'s, for one activation and one seed. */
const train: Trainer = async ({ plan, data: digest }, { root, checkpoint, onEpoch }) => {
  const whole = wholePlan(plan);
  const { dataset, trainSize, testSize } = whole;
  const options = { trainSize, testSize, root };
  const data =
    digest === undefined ? (await cache.get(dataset, options)).data : await cache.getSame(dataset, options, digest);
  await startWasm({ threads: 1 });
  return trainRun(whole, whole.activations[0]!, whole.seeds[0]!, data, { checkpoint, epoch: onEpoch });
};

const settings = workerData as { trainer?: string } | undefined;

async function trainerOf(file: string | undefined): Promise<Trainer> {
  if (file === undefined) return train;
  const { default: own } = (await import(file)) as { default?: Trainer };
  if (typeof own === 'function') return own;
  throw new Error(`[relumine/lab/sweep] The trainer ${file} must have a default export, a function of a run.`);
}

/** Where WASM trapped or is full, what its memory holds can't be trusted, and never shrinks: the thread's engine is lost. */
const isLost = (error: unknown): boolean =>
  error instanceof WebAssembly.RuntimeError ||
  (error instanceof RangeError && /the WASM heap has no room/.test(error.message));

/** Does one run, or audits one shard. What it tells goes to `port`; a thread that is lost says so there, and waits to be ended. */
export default async function work(task: Task & { port: MessagePort }): Promise<Run | ShardResult> {
  const { spec, root, checkpoints, model, port } = task;
  const tell = (news: RunNews): void => port.postMessage(news);
  tell({ begun: true });
  try {
    if ('shard' in spec) return await auditShard(spec, root, model!);
    const trainer = await trainerOf(settings?.trainer);
    const checkpoint = checkpoints === undefined ? undefined : fileStore(checkpoints, spec.key);
    return await trainer(spec, { root, checkpoint, onEpoch: (outcome) => tell({ outcome }) });
  } catch (error) {
    if (!isLost(error)) throw error;
    tell({ lost: (error as Error).message });
    return await new Promise(() => undefined);
  } finally {
    port.close();
  }
}

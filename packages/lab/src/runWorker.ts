import { parentPort } from 'node:worker_threads';
import { compare } from './compare/compare';
import type { ComparePlan } from './compare/plan';
import type { WorkerAnswer } from './sweep/localExecutor';

// The file that a worker thread of `localExecutor` starts with: it does one run for each message.
parentPort?.on('message', async (plan: ComparePlan) => {
  let answer: WorkerAnswer;
  try {
    const { runs } = await compare(plan);
    answer = { run: runs[0]! };
  } catch (error) {
    answer = { error: error instanceof Error ? error.message : String(error) };
  }
  parentPort?.postMessage(answer);
});

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { QueueWorkerOptions, WorkerEvent } from './queueWorker';

/** A worker in a process of its own, of the built package, as `relumine worker` starts it. */
export interface WorkerProcess {
  /** What it told so far. */
  events: WorkerEvent[];
  pid: number;
  /** Resolves with the next event that fits. */
  until(fits: (event: WorkerEvent) => boolean): Promise<WorkerEvent>;
  /** Sends a real signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<void>;
}

const program = `
import { startQueueWorker } from ${JSON.stringify(new URL('../../dist/queue.js', import.meta.url).href)};
const options = JSON.parse(process.argv[1]);
const worker = await startQueueWorker({ ...options, onEvent: (event) => console.log(JSON.stringify(event)) });
process.once('SIGTERM', () => void worker.close());
await worker.ended.catch((error) => { console.error(error.message); process.exitCode = 1; });
`;

export async function startWorkerProcess(options: QueueWorkerOptions): Promise<WorkerProcess> {
  const args = ['--input-type=module', '--eval', program, JSON.stringify(options)];
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const events: WorkerEvent[] = [];
  const waiting = new Set<(event: WorkerEvent) => void>();
  createInterface({ input: child.stdout! }).on('line', (line) => {
    const event = JSON.parse(line) as WorkerEvent;
    events.push(event);
    for (const tell of waiting) tell(event);
  });
  const until = (fits: (event: WorkerEvent) => boolean): Promise<WorkerEvent> =>
    new Promise((resolve) => {
      const tell = (event: WorkerEvent): void => {
        if (!fits(event)) return;
        waiting.delete(tell);
        resolve(event);
      };
      waiting.add(tell);
      for (const event of events) tell(event);
    });
  await until(({ type }) => type === 'ready');
  return {
    events,
    pid: child.pid!,
    until,
    async end(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill(signal);
      await gone;
    },
  };
}

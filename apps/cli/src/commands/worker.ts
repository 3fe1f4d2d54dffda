import { resolve } from 'node:path';
import type { Command } from 'commander';
import { positiveNumber, wholeNumber } from '../options';
import type { Terminal } from '../terminal';

const where = 'cli/worker';

interface WorkerCommandOptions {
  redis: string;
  workers?: number;
  queue?: string;
  dataRoot?: string;
  checkpoints?: string;
  lock?: number;
  events?: boolean;
}

const help = `
Does the runs that relumine sweep --redis and relumine select --redis put into the queue, until it is stopped: Ctrl-C lets it
finish what it has in hand, a second one ends it at once and gives its runs back. One that is killed loses nothing: another
worker does its runs.

Examples:
  $ redis-server --appendonly yes
  $ relumine worker --redis redis://127.0.0.1:6379
  $ relumine worker --redis rediss://user:password@queue.example.org:6380/1 --workers 8 --data-root /data

Exit codes: 0 stopped, 1 bad input, or Redis gone, or other data or versions than the sweep's.`;

/** Adds `relumine worker`. */
export function addWorker(program: Command, terminal: Terminal): void {
  program
    .command('worker')
    .description('do runs from a queue, on this machine or any other')
    .requiredOption('--redis <url>', 'the Redis of the sweep')
    .option(
      '--workers <n>',
      'runs at a time, each in a thread (default: one for each core)',
      wholeNumber(where, '--workers'),
    )
    .option('--queue <name>', 'the name that sweep and workers share (default: relumine)')
    .option('--data-root <folder>', "where a plan's paths begin; nothing outside is read", '.')
    .option('--checkpoints <folder>', 'keep the state of each run after each epoch; share it, and others go on from it')
    .option(
      '--lock <seconds>',
      'silence after which another worker takes its runs',
      positiveNumber(where, '--lock'),
      15,
    )
    .option('--events', 'print what happens as JSON lines')
    .addHelpText('after', help)
    .action(async ({ redis, dataRoot = '.', lock = 15, events, ...rest }: WorkerCommandOptions) => {
      const { startQueueWorker } = await import('@relumine/lab/queue');
      const { stdout } = terminal;
      const worker = await startQueueWorker({
        ...rest,
        redisUrl: redis,
        root: resolve(dataRoot),
        lockFor: lock,
        onEvent(event) {
          if (events) return void stdout.write(`${JSON.stringify(event)}\n`);
          const text = {
            ready: () => 'ready',
            start: () => `${(event as { label: string }).label}: begun`,
            done: () =>
              `${(event as { label: string }).label}: done in ${(event as { seconds: number }).seconds.toFixed(1)} s`,
            failed: () => `${(event as { label: string }).label}: failed: ${(event as { error: string }).error}`,
          }[event.type]();
          stdout.write(`${text}\n`);
        },
      });
      let signals = 0;
      const stop = (): void => void worker.close(signals++ > 0);
      process.on('SIGINT', stop).on('SIGTERM', stop);
      try {
        await worker.ended;
      } finally {
        process.off('SIGINT', stop).off('SIGTERM', stop);
      }
    });
}

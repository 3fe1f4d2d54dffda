import { existsSync } from 'node:fs';
import { readFile, rename } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { invalidArgument } from '@relumine/core/checks';
import type { Executor } from '@relumine/lab';
import type { Command } from 'commander';
import { requireWritable } from './jsonFile';
import { wholeNumber } from './options';

/** What commands that do many runs share. */
export interface LabOptions {
  workers?: number;
  redis?: string;
  queue?: string;
  attempts?: number;
  journal?: string;
  resume?: boolean;
  checkpoints?: string;
  dataRoot?: string;
  json?: string;
  csv?: string;
  html?: string;
  events?: boolean;
}

/** Adds them to a command. */
export function addLabOptions(command: Command, where: string): Command {
  return command
    .option(
      '--workers <n>',
      'worker threads of this machine (default: one for each core)',
      wholeNumber(where, '--workers'),
    )
    .option('--redis <url>', 'let relumine worker processes do the runs, by way of this Redis')
    .option('--queue <name>', 'the name that they share (default: relumine)')
    .option('--attempts <n>', 'tries before a run counts as failed (default: 2)', wholeNumber(where, '--attempts'))
    .option('--journal <file>', 'keeps every result, and knows what is done (default: beside the plan)')
    .option('--resume', 'go on with the journal beside the plan')
    .option('--checkpoints <folder>', 'keep the state of each run after each epoch, and go on from it')
    .option('--data-root <folder>', "where a plan's paths begin (default: the plan's folder); nothing outside is read")
    .option('--json <file>', 'also write all results to this file')
    .option('--csv <file>', 'also write a line for each run')
    .option('--html <file>', 'also write a page with tables, curves and every dead channel')
    .option('--events', 'print what happens as JSON lines, and nothing else');
}

/** Checks, before any work is done, that every file can be written. */
export async function requireOutputs(where: string, options: LabOptions): Promise<void> {
  for (const name of ['json', 'csv', 'html', 'journal'] as const)
    if (options[name] !== undefined) await requireWritable(where, `--${name}`, options[name]);
}

/** The text of a plan's file. */
export async function readPlanFile(where: string, file: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause: unknown) => {
    throw invalidArgument({
      where,
      argument: 'plan',
      rule: 'must be a file that can be read',
      received: JSON.stringify(file),
      cause,
    });
  });
}

/** The executor that the options name. What it needs is loaded here: BullMQ only where there is a queue. */
export async function executorOf(options: LabOptions, root: string): Promise<Executor> {
  const { workers, redis, queue, attempts, checkpoints } = options;
  const tries = attempts === undefined ? {} : { attempts };
  if (redis !== undefined) {
    const { queueExecutor } = await import('@relumine/lab/queue');
    return queueExecutor({ redisUrl: redis, ...tries, ...(queue === undefined ? {} : { queue }) });
  }
  const { localExecutor } = await import('@relumine/lab');
  const kept = checkpoints === undefined ? {} : { checkpoints };
  return localExecutor({ root, ...kept, ...tries, ...(workers === undefined ? {} : { workers }) });
}

/**
 * Where results are kept. Without `--journal` and `--resume` a sweep begins anew: the journal of the one before is moved
 * aside, so that nothing is lost.
 */
export async function journalOf(
  where: string,
  plan: string | undefined,
  { journal, resume }: LabOptions,
): Promise<string | undefined> {
  if (journal !== undefined) return journal;
  if (plan === undefined) {
    if (!resume) return undefined;
    const rule = 'must be given with --resume where there is no plan file';
    throw invalidArgument({ where, argument: '--journal', rule, received: 'none' });
  }
  const stem = join(dirname(resolve(plan)), basename(plan, extname(plan)));
  const file = `${stem}.journal.jsonl`;
  if (resume) return file;
  try {
    await requireWritable(where, '--journal', file);
  } catch {
    // A plan in a folder that can't be written to is no reason not to run it.
    return undefined;
  }
  if (existsSync(file)) await rename(file, `${stem}.journal.before.jsonl`);
  return file;
}

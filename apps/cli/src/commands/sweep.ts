import { readFile } from 'node:fs/promises';
import { invalidArgument } from '@relumine/core';
import type { RunEntry, SweepPlan } from '@relumine/lab';
import type { Command } from 'commander';
import { requireWritable, writeJson } from '../jsonFile';
import { wholeNumber } from '../options';
import type { Terminal } from '../terminal';

const where = 'cli/sweep';

interface SweepCommandOptions {
  workers?: number;
  journal?: string;
  json?: string;
}

const help = `
A plan is JSON: values that are fixed, and a grid of values of which every combination is a run, such as
  { "model": "simpleCnn", "dataset": "mnist", "trainSize": 640, "epochs": 1, "learningRate": 0.01,
    "grid": { "activation": ["relu", "leakyRelu", "elu"], "seed": [1, 2, 3, 4] } }

Results land in the journal as they come. Started again with the same journal, a sweep goes on where it was.

Examples:
  $ relumine sweep plan.json
  $ relumine sweep plan.json --workers 4 --journal sweep.jsonl --json results.json`;

async function readPlan(file: string): Promise<SweepPlan> {
  const refuse = (rule: string, cause: unknown): Error =>
    invalidArgument({ where, argument: 'plan', rule, received: JSON.stringify(file), cause });
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw refuse('must be a file that can be read', cause);
  });
  try {
    return JSON.parse(text) as SweepPlan;
  } catch (cause) {
    throw refuse(`must hold JSON (${cause instanceof Error ? cause.message : cause})`, cause);
  }
}

function line(entry: RunEntry, done: number, total: number): string {
  const place = `[${done}/${total}]`;
  if ('error' in entry) return `${place} ${entry.key} failed: ${entry.error}`;
  const { activation, normalization, seed, testAccuracy, seconds, layers } = entry.run;
  const dead = layers.reduce((sum, { deadChannels }) => sum + deadChannels, 0);
  const channels = layers.reduce((sum, layer) => sum + layer.channels, 0);
  return `${place} ${activation}, normalization ${normalization}, seed ${seed}: ${dead} of ${channels} channels dead, test accuracy ${(100 * testAccuracy).toFixed(2)} %, ${seconds.toFixed(1)} s`;
}

/** Adds `relumine sweep`. */
export function addSweep(program: Command, terminal: Terminal): void {
  program
    .command('sweep')
    .description('many runs on the cores of this machine, resumable')
    .argument('<plan>', 'a JSON file')
    .option('--workers <n>', 'worker threads (default: one for each core)', wholeNumber(where, '--workers'))
    .option('--journal <file>', 'keeps every result, and knows what is done')
    .option('--json <file>', 'also write all results to this file')
    .addHelpText('after', help)
    .action(async (file: string, { workers, journal, json }: SweepCommandOptions) => {
      if (json !== undefined) await requireWritable(where, '--json', json);
      if (journal !== undefined) await requireWritable(where, '--journal', journal);
      const plan = await readPlan(file);
      const { localExecutor, sweep } = await import('@relumine/lab');
      const result = await sweep(plan, {
        executor: localExecutor(workers === undefined ? {} : { workers }),
        onResult: (...args) => void terminal.stdout.write(`${line(...args)}\n`),
        ...(journal === undefined ? {} : { journal }),
      });
      if (json !== undefined) {
        await writeJson(json, result);
        terminal.stdout.write(`Written to ${json}\n`);
      }
      if (result.failed.length > 0) throw new Error(`[relumine/${where}] ${result.failed.length} runs failed.`);
    });
}

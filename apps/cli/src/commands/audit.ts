import type { DeadNeuronReport } from '@relumine/core';
import type { Command } from 'commander';
import { interruptible } from '../exitCodes';
import { requireWritable, writeJson, writeWhole } from '../jsonFile';
import { leftOut, onCorruptChoices, onCorruptHelp, oneOf, wholeNumber } from '../options';
import { progressBar } from '../progressBar';
import { type Terminal, wantsColors } from '../terminal';

const where = 'cli/audit';

interface AuditCommandOptions {
  data: string;
  limit?: number;
  batchSize: number;
  reference?: string;
  shards?: number;
  redis?: string;
  queue?: string;
  dataRoot: string;
  onCorrupt?: 'error' | 'skip';
  json?: string;
  html?: string;
}

const help = `
Runs images through a saved network and counts the channels of every layer that fire on none of them.

Examples:
  $ relumine audit my-model/model.json
  $ relumine audit my-model/model.json --data images-idx3-ubyte --limit 2000 --json report.json --html report.html
  $ relumine audit https://example.org/my-model/model.json
  $ relumine audit my-model/model.json --reference report.json
  $ relumine audit my-model/model.json --data photos --limit 100000 --shards 8
  $ relumine audit my-model/model.json --data photos --shards 32 --redis redis://127.0.0.1:6379

Exit codes: 0 done, 1 bad input or a failure, 130 stopped by Ctrl-C.`;

/** Adds `relumine audit`. */
export function addAudit(program: Command, terminal: Terminal): void {
  program
    .command('audit')
    .description('find the dead channels of a saved tf.LayersModel or tf.GraphModel')
    .argument('<model>', 'its model.json: a path, or file://… or https://…')
    .option('--data <source>', "'mnist' (its test images), an IDX or .npy file, or a folder of pictures", 'mnist')
    .option('--limit <n>', 'the first n images (default: 1000)', wholeNumber(where, '--limit'))
    .option('--batch-size <n>', 'images per pass', wholeNumber(where, '--batch-size'), 100)
    .option('--reference <file>', 'an earlier report (--json) to compare with: says first what does not fit it')
    .option(
      '--shards <n>',
      'parts of the data, each for a thread (or, with --redis, for a worker); the report is the same to the last bit',
      wholeNumber(where, '--shards'),
    )
    .option('--redis <url>', 'let relumine worker processes audit the shards (8 unless given), by way of this Redis')
    .option('--queue <name>', 'the name that they share (default: relumine)')
    .option('--data-root <folder>', 'with --redis: the folder that workers have as their --data-root', '.')
    .option('--on-corrupt <what>', onCorruptHelp, oneOf(where, '--on-corrupt', onCorruptChoices))
    .option('--json <file>', 'also write the report to this file')
    .option('--html <file>', 'also write it as a page that opens in any browser')
    .addHelpText('after', help)
    .action(async (file: string, options: AuditCommandOptions) => {
      const { data, limit = 1000, batchSize, shards, reference, onCorrupt, json, html } = options;
      if (json !== undefined) await requireWritable(where, '--json', json);
      if (html !== undefined) await requireWritable(where, '--html', html);
      const { auditFile } = await import('../auditFile');
      const { redis, queue, dataRoot: root } = options;
      const bar = progressBar(terminal.stderr);
      const onShard = (done: number, all: number): void => bar.update(done, all, 'shards', '');
      const audit = (signal?: AbortSignal): Promise<DeadNeuronReport> =>
        auditFile({
          ...{ where, file, data, limit, batchSize, reference, onCorrupt, onSkip: leftOut(terminal) },
          ...(shards === undefined ? {} : { shards }),
          ...(redis && signal ? { workers: { redis, queue, root, onShard, signal } } : {}),
        });
      // What is in the queue is taken out of it; an audit in this process Ctrl-C may simply end.
      const report = await (redis === undefined ? audit() : interruptible('Stopped.', audit)).finally(bar.clear);
      const { formatReport, reportToHtml } = await import('@relumine/report');
      terminal.stdout.write(`${formatReport(report, { colors: wantsColors(terminal) })}\n`);
      if (json !== undefined) {
        await writeJson(json, report);
        terminal.stdout.write(`Written to ${json}\n`);
      }
      if (html !== undefined) {
        await writeWhole(html, reportToHtml(report));
        terminal.stdout.write(`Written to ${html}\n`);
      }
    });
}

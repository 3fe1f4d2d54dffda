import { dirname, resolve } from 'node:path';
import type { SelectPlan } from '@relumine/lab';
import type { Command } from 'commander';
import { interruptible } from '../exitCodes';
import { writeJson, writeWhole } from '../jsonFile';
import { addLabOptions, executorOf, journalOf, type LabOptions, readPlanFile, requireOutputs } from '../labOptions';
import { positiveNumber, wholeNumber } from '../options';
import { sweepReporter } from '../sweepReporter';
import { type Terminal, wantsColors } from '../terminal';

const where = 'cli/select';

const help = `
Which activation and cure for your data? Every candidate is trained with a few seeds; the best third goes on to more (ASHA),
until the best is told from the second with 95 % confidence or the budget is spent. A run whose channels die or whose loss
breaks is stopped early.

A plan is as for relumine sweep: its grid and random space are the candidates (without one: relu, leakyRelu, elu and silu,
plain and with batch normalisation). Beside them it may have
  revival: [none, recycle]     # in the grid: dead channels are brought back after each epoch
  halving: { reduction: 3, firstSeeds: 2, mostSeeds: 18 }
  budget: { runs: 60, seconds: 600 }

Examples:
  $ relumine select --runs 30
  $ relumine select --data photos --runs 40
  $ relumine select plan.yaml --seconds 600 --json selection.json

Exit codes: 0 done, 1 bad input, 130 stopped by Ctrl-C.`;

interface SelectOptions {
  data?: string;
  runs?: number;
  seconds?: number;
}

/** Adds `relumine select`. */
export function addSelect(program: Command, terminal: Terminal): void {
  const command = program
    .command('select')
    .description('which activation and cure for your data, within a budget')
    .argument('[plan]', 'a YAML or JSON file')
    .option(
      '--data <source>',
      "your images, in place of the plan's: mnist, a folder with a sub-folder of pictures for each class, a module, or { kind: …, path: … }",
    )
    .option('--runs <n>', 'runs to spend at most', wholeNumber(where, '--runs'))
    .option('--seconds <n>', 'seconds after which no run begins any more', positiveNumber(where, '--seconds'));
  addLabOptions(command, where)
    .addHelpText('after', help)
    .action(async (file: string | undefined, options: LabOptions & SelectOptions) => {
      await requireOutputs(where, options);
      const text = file === undefined ? '{}' : await readPlanFile(where, file);
      const lab = await import('@relumine/lab');
      const { formatSelection, parseSelectPlan, runsToCsv, select, sweepToHtml } = lab;
      const given: SelectPlan = parseSelectPlan(text, file);
      const { runs, seconds } = options;
      const more = { ...(runs === undefined ? {} : { runs }), ...(seconds === undefined ? {} : { seconds }) };
      const folder = resolve(options.dataRoot ?? (file === undefined ? '.' : dirname(file)));
      const own = options.data === undefined ? undefined : await lab.datasetFromText(options.data, '--data', folder);
      const root = own?.root ?? folder;
      const plan: SelectPlan = {
        ...given,
        ...(own && { dataset: own.dataset }),
        budget: { ...given.budget, ...more },
      };
      const journal = await journalOf(where, file, options);
      const executor = await executorOf(options, root);
      const names = new Map<string, string>();
      const reporter = sweepReporter(terminal, options.events === true, (key) => names.get(key) ?? key);
      reporter.begin(undefined);
      const result = await interruptible('Stopped.', (signal) =>
        select(plan, {
          executor,
          root,
          signal,
          ...(journal === undefined ? {} : { journal }),
          onTrial: ({ key, label }) => void names.set(key, label),
          onResult: reporter.result,
          onProgress: reporter.progress,
          onSkip: reporter.skip,
        }),
      ).finally(() => reporter.end({}));
      reporter.say(`\n${formatSelection(result, { colors: wantsColors(terminal) })}`);
      const page = { ...result, schema: 'relumine.runs/1' as const };
      const written: [string | undefined, (target: string) => Promise<void>][] = [
        [options.json, (target) => writeJson(target, result)],
        [options.csv, (target) => writeWhole(target, runsToCsv(result))],
        [options.html, (target) => writeWhole(target, sweepToHtml(page, { title: 'Selection' }))],
      ];
      for (const [target, write] of written) {
        if (target === undefined) continue;
        await write(target);
        reporter.say(`Written to ${target}`);
      }
    });
}

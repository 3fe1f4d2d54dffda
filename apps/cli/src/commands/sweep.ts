import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { CommandEnd, exitCodes, interruptible } from '../exitCodes';
import { writeJson, writeWhole } from '../jsonFile';
import { addLabOptions, executorOf, journalOf, type LabOptions, readPlanFile, requireOutputs } from '../labOptions';
import { labelOfSettings, sweepReporter } from '../sweepReporter';
import { type Terminal, wantsColors } from '../terminal';

const where = 'cli/sweep';

const help = `
A plan is YAML or JSON: values that are fixed, a grid of values of which every combination is a run, and a random space:

  model: simpleCnn
  dataset: mnist               # or { kind: imageFolder, path: photos, size: [32, 32] }
  trainSize: 640
  epochs: 1
  grid:
    activation: [relu, leakyRelu, { name: elu, alpha: 0.5 }]
    seed: [1, 2, 3, 4]
  random:
    draws: 5
    space: { learningRate: { logUniform: [0.0003, 0.03] } }

Each result is kept in a journal, synced, as it comes; --resume does only what is missing, also after a kill.

Examples:
  $ relumine sweep plan.yaml
  $ relumine sweep plan.yaml --resume --html sweep.html --csv sweep.csv
  $ relumine sweep plan.yaml --redis redis://127.0.0.1:6379     # and relumine worker --redis … on any machines
  $ relumine sweep plan.yaml --events | jq -c 'select(.event == "result")'

Exit codes: 0 all runs done, 2 some failed (they are listed), 1 bad input, 130 stopped by Ctrl-C.`;

/** Adds `relumine sweep`. */
export function addSweep(program: Command, terminal: Terminal): void {
  const command = program
    .command('sweep')
    .description('many runs, on the cores of this machine or over a queue, resumable')
    .argument('<plan>', 'a YAML or JSON file');
  addLabOptions(command, where)
    .addHelpText('after', help)
    .action(async (file: string, options: LabOptions) => {
      await requireOutputs(where, options);
      const text = await readPlanFile(where, file);
      const { formatSweep, parsePlan, settingsOf, sweep, sweepToHtml, runsToCsv } = await import('@relumine/lab');
      const plan = parsePlan(text, file);
      const root = resolve(options.dataRoot ?? dirname(file));
      const journal = await journalOf(where, file, options);
      const executor = await executorOf(options, root);
      const names = new Map<string, string>();
      const reporter = sweepReporter(terminal, options.events === true, (key) => names.get(key) ?? key);
      const stopped = `Stopped.${journal === undefined ? '' : ` What was done is in ${journal}; go on with ${options.journal === undefined ? '--resume' : 'the same --journal'}.`}`;
      const result = await interruptible(stopped, (signal) =>
        sweep(plan, {
          executor,
          root,
          signal,
          ...(journal === undefined ? {} : { journal }),
          onStart(specs) {
            const label = labelOfSettings(specs.map(settingsOf));
            for (const spec of specs) names.set(spec.key, label(settingsOf(spec)));
            reporter.begin(specs.length);
          },
          onResult: reporter.result,
          onProgress: reporter.progress,
          onSkip: reporter.skip,
        }),
      ).finally(() => reporter.end({}));
      reporter.say(`\n${formatSweep(result, { colors: wantsColors(terminal) })}`);
      const written: [string | undefined, (target: string) => Promise<void>][] = [
        [options.json, (target) => writeJson(target, result)],
        [options.csv, (target) => writeWhole(target, runsToCsv(result))],
        [options.html, (target) => writeWhole(target, sweepToHtml(result, { title: `Sweep of ${file}` }))],
      ];
      for (const [target, write] of written) {
        if (target === undefined) continue;
        await write(target);
        reporter.say(`Written to ${target}`);
      }
      if (result.failed.length > 0)
        throw new CommandEnd(
          `[relumine/${where}] ${result.failed.length} of ${names.size} runs failed.`,
          exitCodes.someRunsFailed,
        );
    });
}

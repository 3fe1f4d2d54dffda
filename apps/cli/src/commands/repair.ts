import type { Command } from 'commander';
import { requireNewFolder } from '../newFolder';
import { leftOut, onCorruptChoices, onCorruptHelp, oneOf, wholeNumber } from '../options';
import type { Terminal } from '../terminal';

interface DataOptions {
  data: string;
  limit: number;
  onCorrupt?: 'error' | 'skip';
}

/** A command on a model file with the options that all of these share. */
function onModel(program: Command, name: string, description: string): Command {
  const where = `cli/${name}`;
  return program
    .command(name)
    .description(description)
    .argument('<model>', 'its model.json: a path, or file://… or https://…')
    .option('--data <source>', "'mnist' (its test images), an IDX or .npy file, or a folder of pictures", 'mnist')
    .option('--limit <n>', 'the first n images', wholeNumber(where, '--limit'), 1000)
    .option('--on-corrupt <what>', onCorruptHelp, oneOf(where, '--on-corrupt', onCorruptChoices));
}

/** Adds `relumine revive`, `relumine prune` and `relumine quantize`. */
export function addRepair(program: Command, terminal: Terminal): void {
  const onSkip = leftOut(terminal);
  const print = (lines: readonly string[]): unknown => terminal.stdout.write(`${lines.join('\n')}\n`);

  onModel(program, 'revive', 'bring the dead channels of a saved network back')
    .requiredOption('--out <folder>', 'a new folder for the result')
    .option(
      '--strategy <name>',
      'recycle, reinitialize or bias',
      oneOf('cli/revive', '--strategy', ['recycle', 'reinitialize', 'bias']),
      'recycle',
    )
    .option('--seed <n>', 'decides the new weights', wholeNumber('cli/revive', '--seed', 0), 0)
    .addHelpText('after', '\nExample:\n  $ relumine revive my-model/model.json --out revived')
    .action(
      async (
        file: string,
        options: DataOptions & { out: string; strategy: 'recycle' | 'reinitialize' | 'bias'; seed: number },
      ) => {
        const where = 'cli/revive';
        await requireNewFolder(where, '--out', options.out);
        const { reviveFile } = await import('../repairFile');
        print(await reviveFile({ where, file, onSkip, ...options }));
      },
    );

  onModel(program, 'prune', 'remove the dead channels of a saved network, without changing an output')
    .requiredOption('--out <folder>', 'a new folder for the smaller network')
    .addHelpText('after', '\nExample:\n  $ relumine prune my-model/model.json --out smaller')
    .action(async (file: string, options: DataOptions & { out: string }) => {
      const where = 'cli/prune';
      await requireNewFolder(where, '--out', options.out);
      const { pruneFile } = await import('../repairFile');
      print(await pruneFile({ where, file, onSkip, ...options }));
    });

  onModel(program, 'quantize', 'preview which channels quantisation would kill')
    .option('--bits <n>', 'of the weights', wholeNumber('cli/quantize', '--bits', 2, 16), 8)
    .option(
      '--granularity <what>',
      'one scale for each tensor or channel',
      oneOf('cli/quantize', '--granularity', ['tensor', 'channel']),
      'tensor',
    )
    .addHelpText('after', '\nExample:\n  $ relumine quantize my-model/model.json --bits 4 --granularity channel')
    .action(async (file: string, options: DataOptions & { bits: number; granularity: 'tensor' | 'channel' }) => {
      const { quantizeFile } = await import('../repairFile');
      print(await quantizeFile({ where: 'cli/quantize', file, onSkip, ...options }));
    });
}

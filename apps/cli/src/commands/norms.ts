import type { Command } from 'commander';
import type { Terminal } from '../terminal';

const help = `
For each layer: the spectral norm of its reshaped kernel, which spectral normalisation divides by; its true norm as a map,
for its strides, padding and input size; with its activation; and the Lipschitz bound of the network up to it.

Example:
  $ relumine norms my-model/model.json`;

/** Adds `relumine norms`. */
export function addNorms(program: Command, terminal: Terminal): void {
  program
    .command('norms')
    .description('true operator norms of a saved network, and its Lipschitz bound')
    .argument('<model>', 'its model.json: a path, or file://… or https://…')
    .addHelpText('after', help)
    .action(async (file: string) => {
      const { normsFile } = await import('../normsFile');
      terminal.stdout.write(`${await normsFile('cli/norms', file)}\n`);
    });
}

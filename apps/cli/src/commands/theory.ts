import { invalidArgument } from '@relumine/core/checks';
import type { Command } from 'commander';
import { list, wholeNumber } from '../options';
import type { Terminal } from '../terminal';

const where = 'cli/theory';

const help = `
What is known before any training: how likely a ReLU network with zero biases is dead from birth (Lu et al. 2019), how
wide its layers must be, and what a number of samples can prove.

Examples:
  $ relumine theory --widths 2,2,2,2,2,2,2,2,2
  $ relumine theory --inputs 784 --widths 8,8,8
  $ relumine theory --samples 1000`;

const percent = (share: number): string => `${(100 * share).toPrecision(4)} %`;

/** Adds `relumine theory`. */
export function addTheory(program: Command, terminal: Terminal): void {
  program
    .command('theory')
    .description('how likely a ReLU network is born dead, and what samples prove')
    .option('--widths <list>', 'units of each hidden layer, comma-separated', list(wholeNumber(where, '--widths')))
    .option('--inputs <n>', 'size of the input', wholeNumber(where, '--inputs'), 1)
    .option('--samples <n>', 'samples on which a channel never fired', wholeNumber(where, '--samples'))
    .addHelpText('after', help)
    .action(async ({ widths, inputs, samples }: { widths?: number[]; inputs: number; samples?: number }) => {
      if (widths === undefined && samples === undefined)
        throw invalidArgument({
          where,
          argument: '--widths',
          rule: 'or `--samples` must be given',
          received: 'neither',
          wayOut: 'See relumine theory --help.',
        });
      const { bornDeadProbability, firingRateBound, minimumWidth } = await import('@relumine/dead-neuron-metrics');
      const lines: string[] = [];
      if (widths !== undefined) {
        const { lower, upper } = bornDeadProbability({ inputs, widths });
        const width = minimumWidth({ hiddenLayers: widths.length, probability: 0.01 });
        lines.push(
          `Born dead with a probability of ${percent(lower)} to ${percent(upper)}.`,
          `With ${width} units in each of the ${widths.length} hidden layers it is at most 1 %.`,
        );
      }
      if (samples !== undefined)
        lines.push(
          `A channel that never fired in ${samples} samples fires on at most ${percent(firingRateBound(samples))} of all (95 %).`,
        );
      terminal.stdout.write(`${lines.join('\n')}\n`);
    });
}

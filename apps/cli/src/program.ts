import { createRequire } from 'node:module';
import { Command } from 'commander';
import { addAudit } from './commands/audit';
import { addCompare } from './commands/compare';
import { addNorms } from './commands/norms';
import { addRepair } from './commands/repair';
import { addReproduce } from './commands/reproduce';
import { addSelect } from './commands/select';
import { addSweep } from './commands/sweep';
import { addTheory } from './commands/theory';
import { addWorker } from './commands/worker';
import { type Terminal, wantsColors } from './terminal';

const examples = `
Examples:
  $ relumine compare
  $ relumine compare --activations relu,elu --epochs 1 --json out.json
  $ relumine audit my-model/model.json --data mnist
  $ relumine prune my-model/model.json --out smaller
  $ relumine select --runs 30
  $ relumine sweep plan.yaml --html sweep.html
  $ relumine theory --inputs 784 --widths 8,8,8

Exit codes: 0 done, 1 bad input or a failure, 2 a sweep ended but some of its runs failed, 130 stopped by Ctrl-C,
141 nobody reads its output any more.`;

const version = (): string => (createRequire(import.meta.url)('../package.json') as { version: string }).version;

/** The command line. What a command needs is loaded when it runs, so that help comes at once. */
export function createProgram(terminal: Terminal): Command {
  const program = new Command('relumine')
    .description('Finds the dead neurons of convolutional networks.')
    .version(version())
    .addHelpText('after', examples)
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.stderr.write(text),
      getOutHasColors: () => wantsColors(terminal),
      getErrHasColors: () => false,
      outputError: (text, write) =>
        write(text.replace(/^error: (.)/, (_, first: string) => `[relumine/cli] ${first.toUpperCase()}`)),
    })
    .showHelpAfterError('Run it with --help to see its options.')
    .exitOverride();
  addCompare(program, terminal);
  addAudit(program, terminal);
  addNorms(program, terminal);
  addRepair(program, terminal);
  addReproduce(program, terminal);
  addSelect(program, terminal);
  addSweep(program, terminal);
  addWorker(program, terminal);
  addTheory(program, terminal);
  return program;
}

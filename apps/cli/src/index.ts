import { CommanderError } from 'commander';
import { CommandEnd, exitCodes } from './exitCodes';
import { createProgram } from './program';
import type { Terminal } from './terminal';

export type { Terminal } from './terminal';

/** Why a command ended: our errors say it in one line; a stack is for what nobody foresaw. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.message.startsWith('[relumine/')) return error.message;
  // A full disk, a file that vanished: the system says what and where.
  if ('syscall' in error && 'code' in error) return `[relumine/cli] ${error.message}`;
  return error.stack ?? error.message;
}

/**
 * Runs the `relumine` command.
 *
 * @param args what follows `relumine` on the command line
 * @param terminal where to write; the process's own streams unless given
 * @returns the exit code: 0 where all went well, 1 for bad input and for anything that failed, 2 for a sweep some of whose runs
 *   failed, 130 where it was stopped by Ctrl-C
 *
 * @example
 * await run(['compare', '--activations', 'relu,elu', '--json', 'out.json']);
 */
export async function run(args: readonly string[], terminal: Terminal = process): Promise<number> {
  try {
    await createProgram(terminal).parseAsync([...args], { from: 'user' });
    return exitCodes.done;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    if (error instanceof CommandEnd) {
      terminal.stderr.write(`${error.message}\n`);
      return error.exitCode;
    }
    terminal.stderr.write(`${explain(error)}\n`);
    return exitCodes.failed;
  }
}

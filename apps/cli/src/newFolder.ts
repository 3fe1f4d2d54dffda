import { access, constants } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { invalidArgument } from '@relumine/core/checks';

/**
 * Checks, before any work is done, that a folder can be made.
 *
 * @throws RangeError where it exists already, or the folder that it should be in is missing or not writable
 */
export async function requireNewFolder(where: string, option: string, folder: string): Promise<void> {
  const target = resolve(folder);
  const refuse = (rule: string): Error =>
    invalidArgument({ where, argument: option, rule, received: JSON.stringify(folder) });
  const allows = (path: string, mode: number): Promise<boolean> =>
    access(path, mode).then(
      () => true,
      () => false,
    );
  if (await allows(target, constants.F_OK)) throw refuse('must not exist yet');
  if (!(await allows(dirname(target), constants.W_OK)))
    throw refuse('must be in a folder that exists and can be written to');
}

import { access } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { invalidArgument } from '@relumine/core/checks';

/**
 * Checks, before any work is done, that a folder can be made.
 *
 * @throws RangeError where it exists already, or the folder that it should be in is missing
 */
export async function requireNewFolder(where: string, option: string, folder: string): Promise<void> {
  const target = resolve(folder);
  const refuse = (rule: string): Error =>
    invalidArgument({ where, argument: option, rule, received: JSON.stringify(folder) });
  const exists = (path: string): Promise<boolean> =>
    access(path).then(
      () => true,
      () => false,
    );
  if (await exists(target)) throw refuse('must not exist yet');
  if (!(await exists(dirname(target)))) throw refuse('must be in a folder that exists');
}

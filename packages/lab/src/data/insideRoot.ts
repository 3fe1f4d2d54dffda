import { realpath } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { invalidArgument } from '@relumine/core';

const outside = (root: string, file: string): boolean => {
  const from = relative(root, file);
  return from === '..' || from.startsWith(`..${sep}`) || isAbsolute(from);
};

/**
 * The path of a file or folder of the data folder, links followed.
 *
 * @throws RangeError where it lies outside the data folder (also through a link), or does not exist
 */
export async function insideRoot(where: string, argument: string, root: string, path: string): Promise<string> {
  const refuse = (rule: string, cause?: unknown): Error =>
    invalidArgument({
      where,
      argument,
      rule,
      received: JSON.stringify(path),
      ...(cause === undefined ? {} : { cause }),
    });
  const target = resolve(root, path);
  if (outside(resolve(root), target)) throw refuse('must lie inside the data folder');
  const [realRoot, real] = await Promise.all([realpath(root), realpath(target)]).catch((cause: unknown) => {
    throw refuse(`must exist in the data folder ${root}`, cause);
  });
  if (outside(realRoot, real)) throw refuse('must lie inside the data folder, links included');
  return real;
}

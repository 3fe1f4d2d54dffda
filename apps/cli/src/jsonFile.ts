import { access, constants, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { encodeNumber, invalidArgument } from '@relumine/core/checks';

/**
 * Checks, before any work is done, that `file` can be written.
 *
 * @throws RangeError where its folder is missing or not writable, or where it is a folder itself
 */
export async function requireWritable(where: string, option: string, file: string): Promise<void> {
  const target = resolve(file);
  const refuse = (rule: string, cause?: unknown): Error =>
    invalidArgument({ where, argument: option, rule, received: JSON.stringify(file), cause });
  const existing = await stat(target).catch(() => undefined);
  if (existing?.isDirectory()) throw refuse('must be a file, not a folder');
  await access(dirname(target), constants.W_OK).catch((cause: unknown) => {
    throw refuse('must be in a folder that exists and can be written to', cause);
  });
}

const encode = (_: string, value: unknown): unknown => (typeof value === 'number' ? encodeNumber(value) : value);

/** Writes `text` beside `file` and moves it there when it is whole, so that nobody ever reads half of it. */
export async function writeWhole(file: string, text: string): Promise<void> {
  const target = resolve(file);
  const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`);
  try {
    await writeFile(temporary, text);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** {@link writeWhole} of `value` as JSON. */
export async function writeJson(file: string, value: unknown): Promise<void> {
  await writeWhole(file, `${JSON.stringify(value, encode, 2)}\n`);
}

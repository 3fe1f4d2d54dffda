import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { invalidArgument } from '@relumine/core';
import { parse } from 'yaml';
import { type DatasetChoice, requireDataset } from './dataset';

/** A data set that was named in one argument, and where its path begins. */
export interface NamedDataset {
  dataset: DatasetChoice;
  root: string;
}

const modules = /\.[cm]?js$/i;

async function kindOf(path: string): Promise<'fashionMnist' | 'imageFolder' | 'module' | undefined> {
  const found = await stat(path);
  if (!found.isDirectory()) return modules.test(path) ? 'module' : undefined;
  const names = await readdir(path);
  return names.some((name) => name.startsWith('train-images-idx3-ubyte')) ? 'fashionMnist' : 'imageFolder';
}

/**
 * The data set that a command line's argument names: `mnist`; a folder, of Fashion-MNIST's four files or with a sub-folder of
 * pictures for each class; a module; or, in YAML or JSON, what a plan says under `dataset`, `{ kind: arrays, path: … }`.
 *
 * @param argument what the option is called in messages
 * @param root where the path in a description begins; a path by itself begins at the working directory
 * @throws TypeError or RangeError for a path that does not exist or is none of these, and for a wrong description
 *
 * @example
 * const { dataset, root } = await datasetFromText('photos', '--data', process.cwd());
 */
export async function datasetFromText(text: string, argument: string, root: string): Promise<NamedDataset> {
  const where = 'lab/datasetFromText';
  const refuse = (rule: string, cause?: unknown): Error =>
    invalidArgument({ where, argument, rule, received: JSON.stringify(text), cause });
  if (text.trimStart().startsWith('{')) {
    let dataset: unknown;
    try {
      dataset = parse(text);
    } catch (cause) {
      throw refuse('must be JSON or YAML where it begins with {', cause);
    }
    requireDataset(where, argument, dataset);
    return { dataset, root };
  }
  if (text === 'mnist') return { dataset: text, root };
  const path = await realpath(resolve(text)).catch((cause: unknown) => {
    throw refuse("must be 'mnist', a folder or module that exists, or { kind: …, path: … } as in a plan", cause);
  });
  const kind = await kindOf(path);
  if (kind === undefined)
    throw refuse('must be a folder or a module; files of arrays are named by { kind: arrays, path: …, images: …, … }');
  // Whoever names a folder on the command line means that very folder: it is the data folder's only entry.
  return { dataset: { kind, path: basename(path) }, root: dirname(path) };
}
